/** How the restart of one workload ended. */
export type Outcome =
  | "done"
  /** It has the settings, and its pods don't show all of them. */
  | { done: { overruled: string } }
  /** It had the settings already. */
  | "current"
  /** Somebody deleted it: nothing to do. */
  | "gone"
  | { skipped: string }
  | Failure;

export interface Failure {
  failed: string;
  /**
   * `settings`: what changed may be why, so that putting it back may help. `undone`: somebody takes the restart back, which says nothing of
   * other workloads. `other`: neither.
   */
  cause: "settings" | "undone" | "other";
}
