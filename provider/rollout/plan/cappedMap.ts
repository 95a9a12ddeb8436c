const mostNamed = 20;
/** The key of the count. Pulumi sorts what it prints by name: this one comes last. */
export const moreName = "… and more";

/**
 * The first entries by name, and a count of the rest under `… and more`: Pulumi stores and prints the summary, and a mesh may have
 * thousands of workloads.
 */
export function cappedMap(entries: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(entries).sort();
  const listed = names.slice(0, mostNamed).map((name) => [name, entries[name] ?? ""] as const);
  const rest = names.length - listed.length;
  return Object.fromEntries(rest > 0 ? [...listed, [moreName, `${rest} more`]] : listed);
}
