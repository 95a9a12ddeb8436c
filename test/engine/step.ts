import type { DetailedDiff } from "./propertyDiff";
import type { ResourceState } from "./resourceState";

export type StepOp =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "discard-replaced"
  | "read"
  | "read-discard"
  | "refresh";

/** What one step does to one resource, and why. */
export interface Step {
  op: StepOp;
  urn: string;
  old?: ResourceState;
  new?: ResourceState;
  diffReasons: string[];
  replaceReasons: string[];
  detailedDiff?: DetailedDiff;
  /** Keys whose values a person should not be shown in diffs. */
  hideDiffs?: string[];
  status: "running" | "done" | "failed";
  startedAt: number;
}

/** Halves of a replacement are steps, but only the replacement itself counts as a change. */
export function countsAsChange(op: StepOp): boolean {
  return op !== "create-replacement" && op !== "delete-replaced" && op !== "discard-replaced";
}

export function changesAnything(op: StepOp): boolean {
  return op !== "same" && op !== "read" && op !== "refresh";
}
