import type { Workload } from "../../cluster/workloads.js";

/** For which settings the workload was restarted. The settings' digest, not a time, so that it is stable. */
export const restartAnnotation = "sidecar-settings/restarted-for";

const restartedAt = "kubectl.kubernetes.io/restartedAt";

/** On the pod template, where a change replaces pods; on an Argo Rollout itself, whose template would run the whole canary. */
function marked({ kind, metadata, spec }: Pick<Workload, "kind" | "metadata" | "spec">) {
  return (kind === "Rollout" ? metadata.annotations : spec.template.metadata?.annotations) ?? {};
}

/** The settings that a restart of ours was last for; undefined without one. */
export function restartedFor(workload: Pick<Workload, "kind" | "metadata" | "spec">): string | undefined {
  const mark = marked(workload)[restartAnnotation];
  return mark === undefined ? undefined : partsOf(mark).stamp;
}

/** A merge patch that restarts a workload. Once no settings are left our mark goes, which restarts the workload by itself. */
export function restartPatch(workload: Workload, stamp: string | undefined, now: number): object {
  const time = new Date(now).toISOString();
  const present = marked(workload)[restartAnnotation];
  if (workload.kind === "Rollout") {
    const annotations = { [restartAnnotation]: stamp ?? null };
    // Argo's own restart, to the second
    return { metadata: { annotations }, spec: { restartAt: `${time.slice(0, 19)}Z` } };
  }
  return { spec: { template: { metadata: { annotations: restartAnnotations(stamp, present, time) } } } };
}

function restartAnnotations(
  stamp: string | undefined,
  present: string | undefined,
  time: string,
): Record<string, string | null> {
  if (stamp === undefined)
    return present === undefined ? { [restartedAt]: time } : { [restartAnnotation]: null };
  const last = present === undefined ? undefined : partsOf(present);
  return { [restartAnnotation]: last?.stamp === stamp ? `${stamp}.${last.count + 1}` : stamp };
}

/** A stamp may have points in it, between digests of twelve digits; a count is shorter. */
function partsOf(mark: string): { stamp: string; count: number } {
  const [, stamp = mark, count = "1"] = /^(.+?)(?:\.(\d{1,6}))?$/.exec(mark) ?? [];
  return { stamp, count: Number(count) };
}

/** Whether the workload still has what a restart of ours put on it. */
export function keepsRestart(workload: Workload, patched: Workload): boolean {
  if (workload.kind === "Rollout") return workload.spec.restartAt === patched.spec.restartAt;
  const [has, had] = [marked(workload), marked(patched)];
  return [restartAnnotation, restartedAt].every((name) => has[name] === had[name]);
}
