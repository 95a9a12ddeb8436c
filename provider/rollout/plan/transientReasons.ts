import { moreName } from "./cappedMap.js";

/** Why a workload waits, where the next look may find otherwise though nobody changed a thing. Previews compare the words. */
export const transientReasons = {
  // the server's own words may have numbers in them that change
  unknown: "the API server would not say what a new pod would be",
  unready: "is not ready: restarted by the next up that finds it ready, or with rollout.restartUnhealthy",
} as const;

/** Of what an earlier look found waiting, what holds until somebody changes it. */
export function withoutTransient(waiting: Readonly<Record<string, string>>): Record<string, string> {
  const passing: readonly string[] = Object.values(transientReasons);
  const lasting = Object.entries(waiting).filter(([, why]) => !passing.includes(why));
  // how many more there were, passing ones among them
  const isWhole = lasting.length === Object.keys(waiting).length;
  return Object.fromEntries(isWhole ? lasting : lasting.filter(([name]) => name !== moreName));
}
