import { type Problem, shown } from "./problem.js";

/** Why a value can't be used. */
export interface Refusal {
  got: string;
  expected: string;
  todo: string;
}

/** A value in its canonical form, or why it can't be used. */
export type Parsed<Value> = { value: Value } | Refusal;

/** What can be used of a whole, and all problems of the rest, each with its path. */
export interface Checked<Value> {
  value: Value;
  problems: Problem[];
}

export function refused(got: unknown, expected: string, todo: string): Refusal {
  return { got: shown(got), expected, todo };
}
