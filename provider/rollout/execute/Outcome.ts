/** How the restart of one workload ended. */
export type Outcome =
  | "done"
  /** Restarted, but its pods don't show all of the settings. */
  | { done: { overruled: string } }
  /** It already had the settings. */
  | "current"
  /** Somebody deleted it. */
  | "gone"
  | { skipped: string }
  | Failure;

export interface Failure {
  failed: string;
  /**
   * `settings`: the change may be the cause, so rolling it back may help. `undone`: someone reverted the restart, which says nothing about
   * other workloads. `other`: neither.
   */
  cause: "settings" | "undone" | "other";
}
