import { nearestKey } from "../data/nearestKey.js";
import { type Checked, refused } from "../data/parsed.js";
import { type Problem, shown } from "../data/problem.js";

/** Reads `waves`: lists of namespaces that have settings in the file, each at most once. */
export function readWaves(given: unknown, namespaces: readonly string[]): Checked<string[][]> {
  if (given === undefined || given === null) return { value: [], problems: [] };
  const expected = "a list of lists of namespaces";
  const todo = "write [[canary], [shop, cart]], for instance";
  if (!Array.isArray(given))
    return { value: [], problems: [{ path: "", ...refused(given, expected, todo) }] };
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  given.forEach((wave: unknown, at) => {
    if (!Array.isArray(wave)) {
      problems.push({ path: `${at}`, ...refused(wave, expected, todo) });
      return;
    }
    wave.forEach((name: unknown, nth) => {
      const path = `${at}.${nth}`;
      const problem = nameProblem(name, namespaces, seen);
      if (problem) problems.push({ path, ...problem });
      else seen.set(String(name), path);
    });
  });
  return { value: problems.length > 0 ? [] : (given as string[][]), problems };
}

function nameProblem(
  name: unknown,
  namespaces: readonly string[],
  seen: ReadonlyMap<string, string>,
): Omit<Problem, "path"> | undefined {
  if (typeof name !== "string" || !namespaces.includes(name))
    return {
      got: shown(name),
      expected: "a namespace that has settings in this file",
      todo: remedy(name, namespaces),
    };
  return seen.has(name)
    ? {
        got: `${shown(name)} a second time`,
        expected: "each namespace in only one wave",
        todo: "remove it from one of them",
      }
    : undefined;
}

function remedy(name: unknown, namespaces: readonly string[]): string {
  // YAML reads digits alone as a number, in a list but not as a key
  if (typeof name === "number" && namespaces.includes(String(name))) return `write "${name}", in quotes`;
  const nearest = typeof name === "string" ? nearestKey(name, namespaces) : undefined;
  return nearest ? `did you mean ${nearest}?` : "add settings for it under namespaces, or remove it here";
}
