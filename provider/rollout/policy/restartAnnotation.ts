import type { Workload } from "../../cluster/workloads.js";

/**
 * For which settings the workload was last restarted: their digest, not a time, so that it is stable. It stays when no settings are left,
 * so that a removal that was interrupted can be told from one that never began.
 */
export const restartAnnotation = "sidecar-settings/restarted-for";

/** What the mark says of a restart for no settings. */
const noSettings = "none";

/** On the pod template, where a change replaces pods; on an Argo Rollout itself, whose template would run the whole canary. */
function marked({ kind, metadata, spec }: Pick<Workload, "kind" | "metadata" | "spec">) {
  return (kind === "Rollout" ? metadata.annotations : spec.template.metadata?.annotations) ?? {};
}

/** What the workload was last restarted for by us; undefined where it never was. */
export function restartedFor(
  workload: Pick<Workload, "kind" | "metadata" | "spec">,
): RestartMark | undefined {
  const mark = marked(workload)[restartAnnotation];
  if (mark === undefined) return undefined;
  const { stamp } = partsOf(mark);
  return { stamp: stamp === noSettings ? undefined : stamp };
}

/** What the last restart of ours was for. */
export interface RestartMark {
  /** Undefined for no settings. */
  stamp: string | undefined;
}

/** A merge patch that restarts a workload. */
export function restartPatch(workload: Workload, stamp: string | undefined, now: number): object {
  const annotations = { [restartAnnotation]: nextMark(stamp, marked(workload)[restartAnnotation]) };
  if (workload.kind === "Rollout") {
    // Argo's own restart, to the second
    const restartAt = `${new Date(now).toISOString().slice(0, 19)}Z`;
    return { metadata: { annotations }, spec: { restartAt } };
  }
  return { spec: { template: { metadata: { annotations } } } };
}

/** Another one than the last, or nothing would restart. */
function nextMark(stamp = noSettings, present: string | undefined): string {
  const last = present === undefined ? undefined : partsOf(present);
  return last?.stamp === stamp ? `${stamp}.${last.count + 1}` : stamp;
}

/** A stamp may have points in it, between digests of twelve digits; a count is shorter. */
function partsOf(mark: string): { stamp: string; count: number } {
  const [, stamp = mark, count = "1"] = /^(.+?)(?:\.(\d{1,6}))?$/.exec(mark) ?? [];
  return { stamp, count: Number(count) };
}

/** Whether the workload still has what a restart of ours put on it. */
export function keepsRestart(workload: Workload, patched: Workload): boolean {
  if (workload.kind === "Rollout") return workload.spec.restartAt === patched.spec.restartAt;
  return marked(workload)[restartAnnotation] === marked(patched)[restartAnnotation];
}
