import type { Workload } from "../cluster/workloads.js";

/** On the pod template: for which settings the workload was restarted. The settings' digest, not a time, so that it is stable. */
export const restartAnnotation = "sidecar-settings/restarted-for";

/** The settings that a restart of ours was last for; undefined without one. */
export function restartedFor({ spec }: Pick<Workload, "spec">): string | undefined {
  return spec.template.metadata?.annotations?.[restartAnnotation]?.split(".")[0];
}

/** Merged into the pod template's annotations. Once no settings are left, ours goes, which restarts the workload by itself. */
export function restartAnnotations(
  stamp: string | undefined,
  present: string | undefined,
  now: number,
): Record<string, string | null> {
  if (stamp === undefined) {
    return present === undefined
      ? { "kubectl.kubernetes.io/restartedAt": new Date(now).toISOString() }
      : { [restartAnnotation]: null };
  }
  const [digest, count = "1"] = present?.split(".") ?? [];
  return { [restartAnnotation]: digest === stamp ? `${stamp}.${Number(count) + 1}` : stamp };
}
