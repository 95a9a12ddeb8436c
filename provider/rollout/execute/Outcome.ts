import type { Pod } from "../../cluster/podTemplate.js";
import { isSettingsFault, podReason } from "../observe/podReason.js";

/** How the restart of one workload ended. */
export type Outcome =
  | "done"
  /** Restarted, but its pods don't show all of the settings. */
  | { overruled: string }
  /** It already had the settings. */
  | "current"
  /** Somebody deleted it. */
  | "gone"
  /** The rollout stopped while it was waited for. */
  | "not started"
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

/** The failure of a workload whose pods are not ready, with the reason that they give. */
export function failureOf(why: string, pods: readonly Pod[]): Failure {
  return {
    failed: [why, podReason(pods)].filter(Boolean).join("; "),
    cause: isSettingsFault(pods) ? "settings" : "other",
  };
}
