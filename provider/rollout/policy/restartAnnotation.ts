import type { Workload } from "../../cluster/workloads.js";

/**
 * The settings that the workload was last restarted for: a digest rather than a time, so that it is stable. Kept when no settings are left,
 * to tell an interrupted removal from one that never began.
 */
export const restartAnnotation = "sidecar-settings/restarted-for";

/** The mark of a restart after all settings were removed. */
const noSettings = "none";

/** On the pod template, where a change replaces pods; on an Argo Rollout itself, since a template change would run its whole canary. */
function marked({ kind, metadata, spec }: Pick<Workload, "kind" | "metadata" | "spec">) {
  return (kind === "Rollout" ? metadata.annotations : spec.template.metadata?.annotations) ?? {};
}

/** The settings that our last restart was for; undefined if there was none. `stamp`: undefined for no settings. */
export function restartedFor(
  workload: Pick<Workload, "kind" | "metadata" | "spec">,
): { stamp: string | undefined } | undefined {
  const mark = marked(workload)[restartAnnotation];
  if (mark === undefined) return undefined;
  const { stamp } = partsOf(mark);
  return { stamp: stamp === noSettings ? undefined : stamp };
}

/** A merge patch that restarts a workload. */
export function restartPatch(workload: Workload, stamp: string | undefined, now: number): object {
  const annotations = { [restartAnnotation]: nextMark(stamp, marked(workload)[restartAnnotation]) };
  if (workload.kind === "Rollout") {
    // Argo Rollouts' own restart, in whole seconds
    const restartAt = `${new Date(now).toISOString().slice(0, 19)}Z`;
    return { metadata: { annotations }, spec: { restartAt } };
  }
  return { spec: { template: { metadata: { annotations } } } };
}

/** Differs from the present mark: otherwise nothing would restart. */
function nextMark(stamp = noSettings, present: string | undefined): string {
  const last = present === undefined ? undefined : partsOf(present);
  return last?.stamp === stamp ? `${stamp}.${last.count + 1}` : stamp;
}

/** A stamp may contain dots between digests of twelve digits; a count is shorter. */
function partsOf(mark: string): { stamp: string; count: number } {
  const [, stamp = mark, count = "1"] = /^(.+?)(?:\.(\d{1,6}))?$/.exec(mark) ?? [];
  return { stamp, count: Number(count) };
}

/** Whether the workload still has what our restart wrote. */
export function keepsRestart(workload: Workload, patched: Workload): boolean {
  if (workload.kind === "Rollout") return workload.spec.restartAt === patched.spec.restartAt;
  return marked(workload)[restartAnnotation] === marked(patched)[restartAnnotation];
}
