import { type Parsed, refused } from "../data/parsed.js";
import { isUnknown, unknownMarker } from "../data/unknown.js";

/** A list of texts that may hold commas, such as regular expressions; canonical is an array without doubles, in the order given. */
export function parseTextList(
  what: string,
  problem: (text: string) => string | undefined = () => undefined,
): (value: unknown) => Parsed<readonly string[] | string> {
  const expected = `a list of ${what}`;
  return (value) => {
    // an array may have holes, which `every` passes over
    const list: unknown = typeof value === "string" ? [value] : Array.isArray(value) ? [...value] : value;
    if (!Array.isArray(list) || !list.every((text) => typeof text === "string" && text !== ""))
      return refused(value, expected, "write an array of texts");
    if (list.some(isUnknown)) return { value: unknownMarker };
    const todo = list.flatMap((text: string) => problem(text) ?? []);
    return todo.length > 0
      ? refused(value, expected, [...new Set(todo)].join("; "))
      : { value: [...new Set(list as string[])] };
  };
}
