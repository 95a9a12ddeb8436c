import type { EngineResult } from "./engine";
import type { PublicStep } from "./publicStep";
import { STACK_TYPE } from "./urn";

/** What `--json` prints, in the shape of `pulumi preview --json`. */
export function jsonDigest(result: EngineResult): Record<string, unknown> {
  return {
    config: result.config,
    steps: result.steps.filter(isDigested).map((step) => ({
      op: step.op,
      urn: step.urn,
      ...(step.oldState && { oldState: { urn: step.urn, type: step.type, ...step.oldState } }),
      ...(step.newState && { newState: { urn: step.urn, type: step.type, ...step.newState } }),
      ...(step.diffReasons.length > 0 && { diffReasons: step.diffReasons }),
      ...(step.replaceReasons.length > 0 && { replaceReasons: step.replaceReasons }),
      detailedDiff: Object.keys(step.detailedDiff).length > 0 ? step.detailedDiff : null,
    })),
    diagnostics: result.diagnostics.filter((diagnostic) => diagnostic.severity !== "debug"),
    outputs: result.outputs,
    changeSummary: result.summary,
    ok: result.ok,
  };
}

/** The CLI leaves unchanged resources out, the stack apart. */
function isDigested(step: PublicStep): boolean {
  return step.op !== "same" || step.type === STACK_TYPE;
}
