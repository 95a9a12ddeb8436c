import { shown } from "./problem.js";

/** Why a value can't be used. */
export interface Refusal {
  got: string;
  expected: string;
  todo: string;
}

/** A value in its canonical form, or why it can't be used. */
export type Parsed<Value> = { value: Value } | Refusal;

export function refused(got: unknown, expected: string, todo: string): Refusal {
  return { got: shown(got), expected, todo };
}
