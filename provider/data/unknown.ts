/** What Pulumi puts in place of a value that a preview can't know yet; it can stand anywhere, always as a whole value. */
export const unknownMarker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isUnknown(value: unknown): boolean {
  return value === unknownMarker;
}

export function containsUnknown(value: unknown): boolean {
  const seen = new Set<unknown>([value]);
  // grows while it is walked: nesting of any depth, and what contains itself
  for (const one of seen) {
    if (isUnknown(one)) return true;
    if (typeof one === "object" && one !== null) for (const below of Object.values(one)) seen.add(below);
  }
  return false;
}
