import type { Parsed } from "../data/parsed.js";
import { refused } from "../data/parsed.js";
import { shown } from "../data/problem.js";
import { isUnknown, unknownMarker } from "../data/unknown.js";

export interface ListRule {
  /** What one entry must look like, for messages. */
  expected: string;
  /** Whether `*` alone, Istio's "everything", is a value. */
  everything: boolean;
  entry: (text: string) => { value: string } | { todo: string };
}

/**
 * A list as people write it: an array, or text with commas. Canonical is the text that Istio's own annotations hold:
 * commas, no spaces, no entry twice, in the order given. An empty list is a value (nothing), not "unset".
 */
export function parseList(rule: ListRule): (value: unknown) => Parsed<string> {
  const expected = `a list of ${rule.expected}${rule.everything ? ', or "*" for all' : ""}`;
  return (value) => {
    const entries = entriesOf(value);
    if (entries === undefined) return refused(value, expected, "write an array, or text with commas");
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
    // an array may have holes, which `every` passes over
    ![...value].every((entry) => typeof entry === "string" || typeof entry === "number")
  )
    return undefined;
  // an entry of an array stays as it is: a space inside one is a mistake that Istio would not forgive
  return value.map(String);
}
