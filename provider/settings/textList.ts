import { type Parsed, refused } from "../data/parsed.js";
import { isUnknown, unknownMarker } from "../data/unknown.js";

/** A list of texts that may contain commas, such as regular expressions. Canonical is an array without duplicates, in the given order. */
export function parseTextList(
  what: string,
  problem: (text: string) => string | undefined = () => undefined,
): (value: unknown) => Parsed<readonly string[] | string> {
  const expected = `a list of ${what}`;
  return (value) => {
    // spread, since `every` skips holes
    const list: unknown = typeof value === "string" ? [value] : Array.isArray(value) ? [...value] : value;
    if (!Array.isArray(list) || !list.every((text) => typeof text === "string" && text !== ""))
      return refused(value, expected, "write an array of non-empty strings");
    if (list.some(isUnknown)) return { value: unknownMarker };
    const todo = list.flatMap((text: string) => problem(text) ?? []);
    return todo.length > 0
      ? refused(value, expected, [...new Set(todo)].join("; "))
      : { value: [...new Set(list as string[])] };
  };
}
