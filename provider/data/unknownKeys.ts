import { getOwn } from "./getOwn.js";
import { nearestKey } from "./nearestKey.js";
import { type Problem, shown } from "./problem.js";

/** A problem for each key that is not known; one that is undefined was not given. `former`: earlier names of keys, with those of now. */
export function unknownKeys(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  former: Readonly<Record<string, string>> = {},
): Problem[] {
  return Object.keys(given)
    .filter((key) => !known.includes(key) && given[key] !== undefined)
    .map((key) => unknownKey(key, known, former));
}

/** What it is called now, the nearest known key, or all of them where none is near. */
export function unknownKey(
  key: string,
  known: readonly string[],
  former: Readonly<Record<string, string>> = {},
): Problem {
  const renamed = getOwn(former, key);
  const nearest = nearestKey(key, known);
  const got = `the unknown key ${shown(key)}`;
  const expected = `one of ${known.join(", ")}`;
  if (renamed !== undefined && known.includes(renamed))
    return {
      path: key,
      got,
      expected,
      todo: `it is called ${renamed} now`,
      sentence: `${shown(key)} is called ${renamed} now.`,
    };
  return {
    path: key,
    got,
    expected,
    todo: nearest ? `did you mean ${nearest}?` : "take it out",
    sentence: `unknown key ${shown(key)}${nearest ? `: did you mean ${nearest}?` : `. Known keys: ${known.join(", ")}.`}`,
  };
}
