/** Pulumi's placeholder for a value that a preview doesn't know yet. It always replaces a whole value. */
export const unknownMarker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
  return value === unknownMarker;
}

export function containsUnknown(value: unknown): boolean {
  const seen = new Set<unknown>([value]);
  // the set grows during iteration, which handles any depth and data that contains itself
  for (const one of seen) {
    if (isUnknown(one)) return true;
    if (typeof one === "object" && one !== null) for (const below of Object.values(one)) seen.add(below);
  }
  return false;
}
