import { isRecord } from "../data/isRecord.js";
import type { Properties } from "../data/Properties.js";

/** Arguments that components pass as an empty map if the program sets none. */
const optional = ["cluster", "injector", "rollout"] as const;

/**
 * Drops empty arguments from a resource's inputs, each of which would add a line to previews. Resources of earlier releases have them in
 * their state: diffs treat both as equal.
 */
export function withoutEmptyMaps(properties: Properties): Properties {
  const kept = Object.entries(properties).filter(
    ([key, value]) =>
      !optional.some((one) => one === key) || !isRecord(value) || Object.keys(value).length > 0,
  );
  return Object.fromEntries(kept);
}
