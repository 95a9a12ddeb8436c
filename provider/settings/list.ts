import type { Parsed } from "../data/parsed.js";
import { refused } from "../data/parsed.js";
import { shown } from "../data/problem.js";
import { isUnknown, unknownMarker } from "../data/unknown.js";

export interface ListRule {
  /** What one entry must look like, for messages. */
  expected: string;
  /** Whether a lone `*`, Istio's "everything", is a value. */
  everything: boolean;
  entry: (text: string) => { value: string } | { todo: string };
}

/**
 * Parses a list: an array or comma-separated text. Canonical is the text as in Istio's annotations: commas, no spaces, no duplicates,
 * in the given order. An empty list is a value (none), not "unset".
 */
export function parseList(rule: ListRule): (value: unknown) => Parsed<string> {
  const expected = `a list of ${rule.expected}${rule.everything ? ', or "*" for all' : ""}`;
  return (value) => {
    const entries = entriesOf(value);
    if (entries === undefined) return refused(value, expected, "write an array or comma-separated text");
    if (entries.some(isUnknown)) return { value: unknownMarker };
    if (rule.everything && entries.length === 1 && entries[0] === "*") return { value: "*" };
    const canonical: string[] = [];
    const wrong: { entry: string; todo: string }[] = [];
    for (const entry of entries) {
      const read = rule.entry(entry);
      if ("value" in read) canonical.push(read.value);
      else wrong.push({ entry, todo: read.todo });
    }
    if (wrong.length > 0) {
      return {
        got: wrong.map(({ entry }) => shown(entry)).join(", "),
        expected,
        todo: [...new Set(wrong.map(({ todo }) => todo))].join("; "),
      };
    }
    return { value: [...new Set(canonical)].join(",") };
  };
}

/** The entries of a canonical list. */
export function listEntries(list: string): string[] {
  return list === "" ? [] : list.split(",");
}

function entriesOf(value: unknown): string[] | undefined {
  if (value === "") return [];
  if (typeof value === "number") return [String(value)];
  if (typeof value === "string") return value.split(",").map((entry) => entry.trim());
  if (
    !Array.isArray(value) ||
    // spread, since `every` skips holes
    ![...value].every((entry) => typeof entry === "string" || typeof entry === "number")
  )
    return undefined;
  // array entries are not trimmed: Istio would reject spaces in them
  return value.map(String);
}
