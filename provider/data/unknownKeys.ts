import { getOwn } from "./getOwn.js";
import { nearestKey } from "./nearestKey.js";
import { type Problem, shown } from "./problem.js";

interface OtherKeys {
  /** Former name -> current name. */
  former?: Readonly<Record<string, string>>;
  /** Keys that are known at another place, and what to do with them: `move it to the top level of the file`. */
  elsewhere?: { keys: readonly string[]; todo: string };
}

/** A problem for each unknown key; undefined values count as absent. */
export function unknownKeys(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  { former, elsewhere }: OtherKeys = {},
): Problem[] {
  return Object.keys(given)
    .filter((key) => !known.includes(key) && given[key] !== undefined)
    .map((key) => {
      const problem = unknownKey(key, known, former);
      if (!elsewhere?.keys.includes(key)) return problem;
      const { todo } = elsewhere;
      return { ...problem, todo, sentence: `unknown key ${shown(key)} here: ${todo}.` };
    });
}

/** Suggests the current name, the closest known key, or lists all if none is close. */
export function unknownKey(
  key: string,
  known: readonly string[],
  former: Readonly<Record<string, string>> = {},
): Problem {
  const renamed = getOwn(former, key);
  const nearest = nearestKey(key, known);
  const about = { path: key, got: `the unknown key ${shown(key)}`, expected: `one of ${known.join(", ")}` };
  if (renamed !== undefined && known.includes(renamed))
    return {
      ...about,
      todo: `use ${renamed}, its current name`,
      sentence: `${shown(key)} was renamed to ${renamed}.`,
    };
  return {
    ...about,
    todo: nearest ? `did you mean ${nearest}?` : "remove it",
    sentence: `unknown key ${shown(key)}${nearest ? `: did you mean ${nearest}?` : `. Known keys: ${known.join(", ")}.`}`,
  };
}
