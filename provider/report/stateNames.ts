import type { WorkloadState } from "../mesh/MeshStatus.js";

/** A workload's state for people; in JSON it is a single word. */
export const stateNames: Readonly<Record<WorkloadState, string>> = {
  current: "up to date",
  masked: "masked",
  stale: "stale",
  waiting: "waiting",
  unmanaged: "unmanaged",
  unknown: "unknown",
};
