import type { Durations } from "./durations.js";

/** What a rollout did, and what is still waiting. */
export interface RolloutSummary {
  restarted: number;
  /** Workloads that need no restart: they already have the settings (`current`), or their own annotations override them (`masked`). */
  current: number;
  masked: number;
  /** `namespace/Kind/name` -> why a stale workload was not restarted. */
  waiting: Record<string, string>;
  /** `namespace/Kind/name` -> the reason, from its pods if they give one. */
  failed: Record<string, string>;
  /** What was due and not started after something else failed: restarts, evictions and deletions. */
  notStarted: number;
  /** `namespace/Kind/name` -> the settings that its new pods don't show; left out if there are none. */
  overruled?: Record<string, string>;
  /** Workloads that somebody deleted during the rollout; left out if there are none. */
  gone?: number;
  /** `namespace/Kind/name` -> pods with earlier settings that no restart replaces, and why; left out if there are none. */
  unmanaged?: Record<string, string>;
  /** Deleted bare pods; left out if there are none. */
  deleted?: number;
  /** Left out if nothing was restarted. */
  durations?: Durations;
  /** The rollback after a failure, with `onFailure: "rollback"`; left out if there was none. */
  putBack?: { settings: string; restarted: number };
  /** The update was cancelled before all restarts were started. For the caller, not stored in the state. */
  cancelled?: true;
  /** A workload failed because of its settings, and its options ask for a rollback. For the caller, not stored in the state. */
  rollsBack?: true;
}
