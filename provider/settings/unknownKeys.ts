import { nearestKey } from "./parseSettings.js";
import { type Problem, shown } from "./problem.js";

/** A problem for each key that is not known; one that is undefined was not given. */
export function unknownKeys(given: Readonly<Record<string, unknown>>, known: readonly string[]): Problem[] {
  return Object.keys(given)
    .filter((key) => !known.includes(key) && given[key] !== undefined)
    .map((key) => {
      const nearest = nearestKey(key, known);
      return {
        path: key,
        found: `the unknown key ${shown(key)}`,
        wanted: `one of ${known.join(", ")}`,
        todo: nearest ? `did you mean ${nearest}?` : "take it out",
      };
    });
}
