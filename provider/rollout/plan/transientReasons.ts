import { moreName } from "./cappedMap.js";

/** Reasons for waiting that may be gone at the next check though nobody changed anything. Previews compare them word by word. */
export const transientReasons = {
  // not the server's own message, which may contain numbers that change
  unknown: "the API server would not say what a new pod would be",
  unready: "is not ready: restarted by the next up that finds it ready, or with rollout.restartUnhealthy",
} as const;

/** The part of an earlier `waiting` that holds until somebody changes something. */
export function withoutTransient(waiting: Readonly<Record<string, string>>): Record<string, string> {
  const transient: readonly string[] = Object.values(transientReasons);
  const lasting = Object.entries(waiting).filter(([, why]) => !transient.includes(why));
  // the count of unnamed entries may include transient ones
  const isWhole = lasting.length === Object.keys(waiting).length;
  return Object.fromEntries(isWhole ? lasting : lasting.filter(([name]) => name !== moreName));
}
