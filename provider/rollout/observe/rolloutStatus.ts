import type { Workload } from "../../cluster/workloads.js";
import type { Rollout } from "../../levels/RolloutOptions.js";

/** "Not yet", "never by itself" and "failed" are three different things. */
export type RolloutStatus =
  | { status: "done" }
  | { status: "waiting"; why: string }
  /** Kubernetes won't proceed by itself: the workload is paused, or replaces pods only when they are deleted. */
  | { status: "held"; why: string }
  | { status: "failed"; why: string };

/** Judges like `kubectl rollout status`: the status means nothing until the controller has observed the change. */
export function rolloutStatus(workload: Workload): RolloutStatus {
  const held = heldReason(workload);
  if (held) return { status: "held", why: held };
  const { metadata } = workload;
  const observed = observedGeneration(workload);
  if (observed < (metadata.generation ?? 0))
    return { status: "waiting", why: "the controller has not seen the change yet" };
  switch (workload.kind) {
    case "Deployment":
      return deploymentStatus(workload);
    case "StatefulSet":
      return statefulSetStatus(workload);
    case "Rollout":
      return argoStatus(workload);
    default:
      return daemonSetStatus(workload);
  }
}

/** Why Kubernetes won't replace this workload's pods after a template change or an eviction; undefined if it will. */
export function heldReason(
  { kind, spec, status }: Workload,
  strategy: Rollout["strategy"] = "restart",
): string | undefined {
  if (spec.workloadRef)
    return `its pod template is in ${spec.workloadRef.kind}/${spec.workloadRef.name} (workloadRef), which can't be read`;
  if (spec.paused) return "paused";
  if (kind === "Rollout" && status?.phase === "Paused") return argoPause(status);
  if (strategy !== "evict" && kind !== "Deployment" && spec.updateStrategy?.type === "OnDelete")
    return "updateStrategy OnDelete: its pods are replaced when deleted";
  if (kind !== "DaemonSet" && spec.replicas === 0) return "scaled to zero";
  return undefined;
}

/** How many pods a workload wants, and how many are available (ready for `minReadySeconds`), from whatever template. */
export function readiness({ kind, spec, status = {} }: Workload): { wanted: number; ready: number } {
  if (kind === "DaemonSet")
    return { wanted: numberOf(status.desiredNumberScheduled), ready: numberOf(status.numberAvailable) };
  const available = status.availableReplicas ?? (kind === "StatefulSet" ? status.readyReplicas : undefined);
  return { wanted: spec.replicas ?? 1, ready: numberOf(available) };
}

/**
 * A number that grows with each pod that is created from the latest template, each older one that is gone, and each that becomes available.
 * Undefined until the controller has seen the latest change.
 */
export function rolloutProgress(workload: Workload): number | undefined {
  const { kind, metadata, status = {} } = workload;
  if (observedGeneration(workload) < (metadata.generation ?? 0)) return undefined;
  const { ready } = readiness(workload);
  if (kind === "DaemonSet") return 2 * numberOf(status.updatedNumberScheduled) + ready;
  const updated = numberOf(status.updatedReplicas);
  // an older pod that goes was available
  const older = kind === "StatefulSet" ? 0 : Math.max(0, numberOf(status.replicas) - updated);
  return 2 * updated - older + ready;
}

/** The ordinal below which a restart leaves a StatefulSet's pods as they are: its partition counts from its first ordinal. */
export function firstReplaced({ spec: { ordinals, updateStrategy } }: Workload): number {
  return (ordinals?.start ?? 0) + (updateStrategy?.rollingUpdate?.partition ?? 0);
}

/** Whether a restart leaves this pod as it is. */
export function isBelowPartition(workload: Workload, pod: string): boolean {
  return workload.kind === "StatefulSet" && Number(/-(\d+)$/.exec(pod)?.[1]) < firstReplaced(workload);
}

function deploymentStatus({ spec, status = {} }: Workload): RolloutStatus {
  const progressing = status.conditions?.find(({ type }) => type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded")
    return { status: "failed", why: progressing.message ?? "it exceeded its progress deadline" };
  const wanted = spec.replicas ?? 1;
  const updated = numberOf(status.updatedReplicas);
  if (updated < wanted) {
    const denied = status.conditions?.find(
      ({ type, status: is }) => type === "ReplicaFailure" && is === "True",
    );
    const why = [`${updated} of ${wanted} new pods created`, ...(denied?.message ? [denied.message] : [])];
    return { status: "waiting", why: why.join("; ") };
  }
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

/** Whether Argo has yet to replace pods older than `spec.restartAt`. */
export function restartsPods({ spec, status }: Workload): boolean {
  if (spec.restartAt === undefined) return false;
  const restarted = typeof status?.restartedAt === "string" ? Date.parse(status.restartedAt) : 0;
  return restarted < Date.parse(spec.restartAt);
}

/** Argo's controller sums up its steps in a phase, which doesn't cover restarts. */
function argoStatus(workload: Workload): RolloutStatus {
  const { status = {} } = workload;
  const message = typeof status.message === "string" && status.message !== "" ? `: ${status.message}` : "";
  switch (status.phase) {
    case "Healthy":
      return restartsPods(workload)
        ? { status: "waiting", why: "its pods are restarted one after the other" }
        : { status: "done" };
    case "Degraded":
      return { status: "failed", why: `degraded${message}` };
    default:
      return { status: "waiting", why: `${String(status.phase ?? "no phase yet").toLowerCase()}${message}` };
  }
}

function argoPause({ message }: NonNullable<Workload["status"]>): string {
  const step = typeof message === "string" && message !== "" ? ` (${message})` : "";
  return `its Argo rollout is paused at a step${step}: promote or abort it`;
}

// a string in Argo Rollouts
function observedGeneration({ status = {} }: Workload): number {
  return Number(status.observedGeneration ?? 0) || 0;
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
