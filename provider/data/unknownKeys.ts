import { nearestKey } from "./nearestKey.js";
import { type Problem, shown } from "./problem.js";

/** A problem for each key that is not known; one that is undefined was not given. */
export function unknownKeys(given: Readonly<Record<string, unknown>>, known: readonly string[]): Problem[] {
  return Object.keys(given)
    .filter((key) => !known.includes(key) && given[key] !== undefined)
    .map((key) => unknownKey(key, known));
}

/** The nearest known key alone, or all of them where none is near. */
export function unknownKey(key: string, known: readonly string[]): Problem {
  const nearest = nearestKey(key, known);
  const found = `the unknown key ${shown(key)}`;
  return {
    path: key,
    found,
    wanted: `one of ${known.join(", ")}`,
    todo: nearest ? `did you mean ${nearest}?` : "take it out",
    sentence: `unknown key ${shown(key)}${nearest ? `: did you mean ${nearest}?` : `. Known keys: ${known.join(", ")}.`}`,
  };
}
