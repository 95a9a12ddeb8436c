/** Names that sort as they count: `bench-0001`. */
export function namespaceNames(count: number, prefix = "bench-"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(4, "0")}`);
}
