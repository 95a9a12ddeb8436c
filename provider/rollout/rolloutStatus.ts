import type { Workload } from "../cluster/workloads.js";

/** "Not yet", "never by itself" and "failed" are three different things. */
export type RolloutStatus =
  | { status: "done" }
  | { status: "waiting"; why: string }
  /** Kubernetes will not go on by itself: paused, or pods are replaced only when deleted. */
  | { status: "held"; why: string }
  | { status: "failed"; why: string };

/** Judged as `kubectl rollout status` does: what the controller has not observed yet says nothing. */
export function rolloutStatus(workload: Workload): RolloutStatus {
  const held = heldReason(workload);
  if (held) return { status: "held", why: held };
  const { metadata, status = {} } = workload;
  const observed = numberOf(status.observedGeneration);
  if (observed < (metadata.generation ?? 0))
    return { status: "waiting", why: "the controller has not seen the change yet" };
  switch (workload.kind) {
    case "Deployment":
      return deploymentStatus(workload);
    case "StatefulSet":
      return statefulSetStatus(workload);
    default:
      return daemonSetStatus(workload);
  }
}

/** Why Kubernetes would not replace this workload's pods after a change of its template; undefined when it would. */
export function heldReason({ kind, spec }: Workload): string | undefined {
  if (spec.paused) return "paused";
  if (kind !== "Deployment" && spec.updateStrategy?.type === "OnDelete")
    return "updateStrategy OnDelete: its pods are replaced when deleted";
  if (kind !== "DaemonSet" && spec.replicas === 0) return "scaled to zero";
  return undefined;
}

function deploymentStatus({ spec, status = {} }: Workload): RolloutStatus {
  const progressing = status.conditions?.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded")
    return { status: "failed", why: progressing.message ?? "it exceeded its progress deadline" };
  const wanted = spec.replicas ?? 1;
  const updated = numberOf(status.updatedReplicas);
  if (updated < wanted) return { status: "waiting", why: `${updated} of ${wanted} new pods created` };
  const all = numberOf(status.replicas);
  if (all > updated) return { status: "waiting", why: `${all - updated} old pods left` };
  const available = numberOf(status.availableReplicas);
  return available < updated
    ? { status: "waiting", why: `${available} of ${updated} new pods available` }
    : { status: "done" };
}

function statefulSetStatus({ spec, status = {} }: Workload): RolloutStatus {
  const wanted = spec.replicas ?? 1;
  const ready = numberOf(status.readyReplicas);
  if (ready < wanted) return { status: "waiting", why: `${ready} of ${wanted} pods ready` };
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const updated = numberOf(status.updatedReplicas);
  if (partition > 0) {
    const expected = Math.max(0, wanted - partition);
    return updated < expected
      ? { status: "waiting", why: `${updated} of ${expected} pods above partition ${partition} replaced` }
      : { status: "done" };
  }
  return status.updateRevision !== status.currentRevision
    ? { status: "waiting", why: `${updated} of ${wanted} pods replaced` }
    : { status: "done" };
}

function daemonSetStatus({ status = {} }: Workload): RolloutStatus {
  const wanted = numberOf(status.desiredNumberScheduled);
  const updated = numberOf(status.updatedNumberScheduled);
  if (updated < wanted) return { status: "waiting", why: `${updated} of ${wanted} pods replaced` };
  const available = numberOf(status.numberAvailable);
  return available < wanted
    ? { status: "waiting", why: `${available} of ${wanted} pods available` }
    : { status: "done" };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
