import { isRecord } from "../data/isRecord.js";

/** Two Helm values, the second one stronger: maps are merged, all else is replaced, null takes away. */
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
