import type { ReachingRollout } from "../../levels/rolloutReaching.js";
import type { Assessment, NamespaceSettings } from "../observe/Assessment.js";

/** A workload of a rollout, with the settings and options that apply to it. */
export interface Restart {
  assessment: Assessment;
  settings: NamespaceSettings;
  rollout: ReachingRollout;
  /** Undoes our restart, even if the workload never got a pod from the new template, or is not ready since. */
  isRollback?: boolean;
}
