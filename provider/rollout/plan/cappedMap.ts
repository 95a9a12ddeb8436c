const mostNamed = 20;
/** Stands for the entries that have no room. Pulumi sorts what it prints by name: this comes last. */
export const moreName = "… and more";

/**
 * The first entries by name, and a count of the others under `… and more`: the summary is an output that Pulumi keeps in state and
 * prints, and a mesh may have thousands of workloads.
 */
export function cappedMap(entries: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(entries).sort();
  const named = names.slice(0, mostNamed).map((name) => [name, entries[name] ?? ""] as const);
  const rest = names.length - named.length;
  return Object.fromEntries(rest > 0 ? [...named, [moreName, `${rest} more`]] : named);
}
