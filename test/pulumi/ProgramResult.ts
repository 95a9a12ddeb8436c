import type { PropertyMap } from "./propertyValue";

/** One side of a step, with `[secret]` in place of every secret. */
export interface StepState {
  id?: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  parent?: string;
}

/** What happened to one resource, as the CLI's events say. */
export interface ProgramStep {
  op: string;
  urn: string;
  type: string;
  name: string;
  oldState?: StepState;
  newState?: StepState;
  diffReasons: string[];
  replaceReasons: string[];
  detailedDiff: Record<string, { kind: string; inputDiff: boolean }>;
  failed: boolean;
}

/** What one operation on a stack did. */
export interface ProgramResult {
  ok: boolean;
  /** Steps of the last phase that ran: the preview if that failed. */
  steps: ProgramStep[];
  /** How many resources each operation touched. */
  summary: Record<string, number>;
  diagnostics: { severity: string; urn: string; message: string }[];
  /** Stack outputs, with `[secret]` in place of secrets. */
  outputs: PropertyMap;
  /** Both streams, line by line as they came. */
  stdoutText: string;
  config: Record<string, string>;
}
