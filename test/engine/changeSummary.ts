import { countsAsChange, type Step, type StepOp } from "./step";

/** How many resources each operation touched. */
export type ChangeSummary = Partial<Record<StepOp, number>>;

export function summarize(steps: readonly Step[]): ChangeSummary {
  const summary: ChangeSummary = {};
  for (const { op, status } of steps) {
    if (countsAsChange(op) && status !== "failed") summary[op] = (summary[op] ?? 0) + 1;
  }
  return summary;
}
