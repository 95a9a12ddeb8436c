import { diffInputs, topLevelKey } from "./propertyDiff";
import { maskSecrets, type PropertyMap } from "./propertyValue";
import type { Step, StepOp } from "./step";

export const SIGNS: Record<StepOp, string> = {
  same: "  ",
  create: "+ ",
  update: "~ ",
  delete: "- ",
  replace: "+-",
  "create-replacement": "++",
  "delete-replaced": "--",
  "discard-replaced": "< ",
  read: "> ",
  "read-discard": "< ",
  refresh: "~ ",
};

const PAST: Record<StepOp, string> = {
  same: "unchanged",
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "created replacement",
  "delete-replaced": "deleted original",
  "discard-replaced": "discarded original",
  read: "read",
  "read-discard": "discarded",
  refresh: "refreshed",
};

const PRESENT: Record<StepOp, string> = {
  same: "unchanged",
  create: "creating",
  update: "updating",
  delete: "deleting",
  replace: "replacing",
  "create-replacement": "creating replacement",
  "delete-replaced": "deleting original",
  "discard-replaced": "discarding original",
  read: "reading",
  "read-discard": "discarding",
  refresh: "refreshing",
};

export function stepWord(step: Step, dryRun: boolean): string {
  if (step.op === "same") return "";
  if (dryRun) return step.op;
  if (step.status === "failed") return `**${PRESENT[step.op]} failed**`;
  return step.status === "done" ? PAST[step.op] : PRESENT[step.op];
}

/** `[diff: +a,b-c~d]`, top-level keys only, as in the CLI's table. */
export function diffSummary(step: Step): string {
  if (!step.old || !step.new || (step.op !== "update" && step.op !== "replace" && step.op !== "refresh"))
    return "";
  const [olds, news] = [step.old.inputs, step.new.inputs].map(maskSecrets) as [PropertyMap, PropertyMap];
  const diff = step.detailedDiff ?? diffInputs(olds, news);
  const signs = new Map<string, string>();
  for (const [path, change] of Object.entries(diff)) {
    const key = topLevelKey(path);
    if (!step.detailedDiff && key.startsWith("__")) continue;
    const sign =
      path !== key || change.kind.startsWith("update") ? "~" : change.kind.startsWith("add") ? "+" : "-";
    signs.set(key, signs.has(key) && signs.get(key) !== sign ? "~" : sign);
  }
  const groups = ["+", "-", "~"].map((sign) => {
    const keys = [...signs].filter(([, other]) => other === sign).map(([key]) => key);
    return keys.length > 0 ? `${sign}${keys.sort().join(",")}` : "";
  });
  const text = groups.join("");
  return text === "" ? "" : `[diff: ${text}]`;
}
