import type { Durations } from "./durations.js";

/** What a rollout did, and what is waiting. */
export interface RolloutSummary {
  restarted: number;
  /** Workloads that need no restart: they have the settings, or their own annotations win. */
  current: number;
  masked: number;
  /** `namespace/Kind/name` -> why it was not restarted now, though it is stale. */
  waiting: Record<string, string>;
  /** `namespace/Kind/name` -> the reason, its pods' own where they have one. */
  failed: Record<string, string>;
  /** Stale workloads that were not begun, since another one failed. */
  notStarted: number;
  /** `namespace/Kind/name` -> what its settings promise and its new pods don't show; left out where there is none. */
  overruled?: Record<string, string>;
  /** Workloads that somebody deleted meanwhile; left out where there are none. */
  gone?: number;
  /** `namespace/Kind/name` -> pods with earlier settings that no restart replaces, and why; left out where there are none. */
  unmanaged?: Record<string, string>;
  /** Bare pods that were deleted; left out where none were. */
  deleted?: number;
  /** Left out where nothing was restarted. */
  durations?: Durations;
  /** After a failure, with `onFailure: "rollback"`; left out without one. */
  putBack?: { settings: string; restarted: number };
  /** Somebody cancelled the update before all was begun. For the caller, not for the state. */
  cancelled?: true;
  /** Settings made a workload fail whose options ask for a rollback. For the caller, not for the state. */
  rollsBack?: true;
}
