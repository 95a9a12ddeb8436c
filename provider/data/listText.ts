/** `a`, `a and b`, `a, b and 3 more`. `most`: how many are named. */
export function listText(items: readonly string[], most = items.length, separator = ", "): string {
  const rest = items.length - most;
  const parts = rest > 0 ? [...items.slice(0, most), `${rest} more`] : items;
  return [parts.slice(0, -1).join(separator), ...parts.slice(-1)].filter((part) => part !== "").join(" and ");
}
