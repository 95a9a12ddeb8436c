import type { WorkloadState } from "../mesh/MeshStatus.js";
import type { Tone } from "./Paint.js";

/** How people read a workload's state; in JSON it is a single word. */
export const states: Readonly<Record<WorkloadState, { name: string; tone: Tone; meaning: string }>> = {
  current: { name: "up to date", tone: "good", meaning: "has what the injector gives now" },
  masked: { name: "masked", tone: "good", meaning: "settings changed, but the pods' own annotations win" },
  stale: {
    name: "stale",
    tone: "bad",
    meaning: "has other settings than the injector gives now; pulumi up restarts it",
  },
  waiting: {
    name: "waiting",
    tone: "warning",
    meaning: "stale, but not restarted now, for the reason given",
  },
  unmanaged: {
    name: "unmanaged",
    tone: "warning",
    meaning: "has earlier settings, but no restart replaces it",
  },
  unknown: {
    name: "unknown",
    tone: "warning",
    meaning: "could not be determined, for the reason given",
  },
};
