import { isRecord } from "../data/isRecord.js";

/** Merges Helm values like Helm does: maps are merged, everything else is replaced, null removes. */
export function mergedValues(weak: unknown, strong: unknown): unknown {
  if (!isRecord(weak) || !isRecord(strong)) return strong;
  const all = {
    ...weak,
    ...Object.fromEntries(
      Object.entries(strong).map(([key, value]) => [key, mergedValues(weak[key], value)]),
    ),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}
