import { valueAt } from "../data/valueAt.js";

/** Whether a manager's `fieldsV1` include the pod template. */
export function hasTemplate(fields: unknown): boolean {
  return valueAt(fields, ["f:spec", "f:template"]) !== undefined;
}
