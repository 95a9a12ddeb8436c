import type { ResourceState } from "./resourceState";
import type { Step } from "./step";
import { STACK_TYPE, urnType } from "./urn";

/** A resource in the order and at the depth it is shown. */
export interface TreeRow {
  step: Step;
  depth: number;
  /** The lines that lead from the parent to this row. */
  branch: string;
}

/** Orders steps under their parents; ancestors that did not change are shown when a descendant did. */
export function treeRows(steps: readonly Step[], isShown: (step: Step) => boolean): TreeRow[] {
  const byUrn = new Map<string, Step>();
  for (const step of steps) {
    const known = byUrn.get(step.urn);
    if (!known || step.op === "replace" || (known.op !== "replace" && isShown(step)))
      byUrn.set(step.urn, step);
  }
  const shown = new Set<string>();
  for (const step of byUrn.values()) {
    if (!isShown(step) && !isStack(step)) continue;
    for (let urn: string | undefined = step.urn; urn && !shown.has(urn); urn = parentOf(byUrn.get(urn)))
      shown.add(urn);
  }
  const visible = [...byUrn.values()].filter((step) => shown.has(step.urn));
  const rows: TreeRow[] = [];
  const visit = (step: Step, depth: number, lead: string, connector: string, carried: string) => {
    rows.push({ step, depth, branch: lead + connector });
    const children = visible.filter((child) => parentOf(child) === step.urn);
    children.forEach((child, index) => {
      const isLast = index === children.length - 1;
      visit(child, depth + 1, lead + carried, isLast ? "└─ " : "├─ ", isLast ? "   " : "│  ");
    });
  };
  for (const step of visible) {
    const parent = parentOf(step);
    if (!parent || !shown.has(parent) || !byUrn.has(parent)) visit(step, 0, "", "", "");
  }
  return rows;
}

function isStack(step: Step): boolean {
  return urnType(step.urn) === STACK_TYPE;
}

function parentOf(step: Step | undefined): string | undefined {
  const state: ResourceState | undefined = step?.new ?? step?.old;
  return state?.parent;
}
