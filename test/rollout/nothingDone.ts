import type { RolloutSummary } from "../../provider/rollout/execute/RolloutSummary";

/** The summary of a rollout that had nothing to do; without durations, which are most tests' only moving part. */
export const nothingDone: RolloutSummary = {
  restarted: 0,
  current: 0,
  masked: 0,
  waiting: {},
  failed: {},
  notStarted: 0,
};
