import { isRecord } from "../data/isRecord.js";
import type { Properties } from "../data/Properties.js";

/** What the components give as an empty map where the program says nothing. */
const optional = ["cluster", "injector", "rollout"] as const;

/**
 * Leaves out of a resource's inputs what says nothing and would be a line of each in a preview. Resources of earlier releases have the
 * empty maps in their state: diffs take both for the same.
 */
export function withoutEmptyMaps(properties: Properties): Properties {
  const kept = Object.entries(properties).filter(
    ([key, value]) =>
      !optional.some((one) => one === key) || !isRecord(value) || Object.keys(value).length > 0,
  );
  return Object.fromEntries(kept);
}
