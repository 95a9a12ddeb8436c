import { type Problem, shown } from "./problem.js";

/** The most levels of nesting: no setting, and no Kubernetes object with settings, comes close. */
export const deepest = 64;

/**
 * Problems for values that no setting can hold: anything but text, numbers, booleans, lists and maps, and text with NUL or a lone
 * surrogate. Values nested deeper than any setting are skipped: they are refused as unknown keys.
 */
export function unplainParts(input: unknown): Problem[] {
  const seen = new Set<unknown>();
  const found: Problem[] = [];
  const look = (value: unknown, path: string, depth: number): void => {
    if (typeof value === "string") found.push(...textProblems(value, path));
    else if (typeof value === "object" && value !== null) {
      if (seen.has(value) || depth > deepest) return;
      seen.add(value);
      if (!isPlain(value))
        found.push(problem(path, kindOf(value), "a list or a map", "write it as plain data"));
      for (const [key, below] of Object.entries(value)) {
        found.push(...textProblems(key, path));
        look(below, path === "" ? key : `${path}.${key}`, depth + 1);
      }
    } else if (["bigint", "symbol", "function"].includes(typeof value))
      found.push(problem(path, kindOf(value), "text, a number or a boolean", "write it as plain data"));
  };
  look(input, "", 0);
  return found;
}

/** Whether data is nested deeper than any setting, or contains itself. */
export function isNestedTooDeep(input: unknown): boolean {
  // an object that is referenced repeatedly is measured once
  const heights = new Map<object, number>();
  const heightOf = (value: unknown, depth: number): number => {
    if (typeof value !== "object" || value === null) return 0;
    if (depth > deepest) return Number.POSITIVE_INFINITY;
    const known = heights.get(value);
    if (known !== undefined) return known;
    // if it is reached again before its height is known, it contains itself
    heights.set(value, Number.POSITIVE_INFINITY);
    let height = 0;
    for (const below of Object.values(value)) height = Math.max(height, heightOf(below, depth + 1));
    heights.set(value, height + 1);
    return height + 1;
  };
  return heightOf(input, 0) > deepest;
}

function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
}

function kindOf(value: unknown): string {
  return typeof value === "object" ? Object.prototype.toString.call(value).slice(8, -1) : `a ${typeof value}`;
}

function textProblems(text: string, path: string): Problem[] {
  if (text.includes("\0"))
    return [
      problem(path, shown(text), "text without NUL", "remove it: no variable or argument can contain it"),
    ];
  return /\p{Surrogate}/u.test(text)
    ? [problem(path, shown(text), "Unicode text", "fix it: half of a surrogate pair can't be stored")]
    : [];
}

function problem(path: string, got: string, expected: string, todo: string): Problem {
  return { path: path || "settings", got, expected, todo };
}
