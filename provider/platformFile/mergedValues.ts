/** Two Helm values, the second one stronger: maps are merged, all else is replaced, null takes away. */
export function mergedValues(weak: unknown, strong: unknown): unknown {
  if (!isMap(weak) || !isMap(strong)) return strong;
  const all = {
    ...weak,
    ...Object.fromEntries(
      Object.entries(strong).map(([key, value]) => [key, mergedValues(weak[key], value)]),
    ),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
