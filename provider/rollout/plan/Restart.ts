import type { ReachingRollout } from "../../levels/rolloutReaching.js";
import type { Assessment, NamespaceSettings } from "../observe/assess.js";

/** A workload that a rollout looks at, with what holds for it. */
export interface Restart {
  assessment: Assessment;
  settings: NamespaceSettings;
  /** The options that hold for this workload. */
  rollout: ReachingRollout;
  /** Undoes a restart of ours, also of a workload that never got a pod of its new template, or is not ready since. */
  isRollback?: boolean;
}
