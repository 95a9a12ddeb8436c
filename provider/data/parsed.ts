import { shown } from "./problem.js";

/** A value in its canonical form, or why it can't be used. */
export type Parsed<Value> = { value: Value } | { found: string; wanted: string; todo: string };

export function refused(
  found: unknown,
  wanted: string,
  todo: string,
): { found: string; wanted: string; todo: string } {
  return { found: shown(found), wanted, todo };
}
