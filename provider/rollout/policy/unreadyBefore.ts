import { fieldManager } from "../../cluster/fieldManager.js";
import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Workload } from "../../cluster/workloads.js";
import { type RolloutStatus, readiness, restartsPods, rolloutStatus } from "../observe/rolloutStatus.js";
import { hasTemplate } from "../observe/templateWriter.js";
import { restartedFor } from "./restartAnnotation.js";

/**
 * Why a workload is not fit to be restarted: it was not ready before we touched it. One whose last change is a restart of ours that
 * never ended is fit: for the same settings it is waited for, and for others it may be these that help.
 */
export function unreadyBefore(workload: Workload, stamp: string | undefined): string | undefined {
  const progress = present(workload);
  if (progress.status === "done" || progress.status === "held") return undefined;
  const marked = restartedFor(workload);
  if (marked !== undefined && isIncomplete(workload)) {
    if (marked.stamp === stamp || isLastChange(workload.metadata)) return undefined;
  }
  return `was not ready before: ${progress.why}`;
}

/** Whether a restart for these settings, or for none, has begun and not ended. */
export function restartUnderWay(workload: Workload, stamp: string | undefined): boolean {
  const marked = restartedFor(workload);
  return (
    marked !== undefined &&
    marked.stamp === stamp &&
    rolloutStatus(workload).status === "waiting" &&
    isIncomplete(workload)
  );
}

// one that is only evicted may be held for restarts
function present(workload: Workload): RolloutStatus {
  const status = rolloutStatus(workload);
  if (status.status !== "held") return status;
  const { ready, wanted } = readiness(workload);
  return ready < wanted ? { status: "waiting", why: `${ready} of ${wanted} pods ready` } : { status: "done" };
}

/** Whether the present template never got all its pods ready; a crash after that is no restart that is under way. */
function isIncomplete(workload: Workload): boolean {
  const { kind, metadata, spec, status = {} } = workload;
  if (Number(status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return true;
  switch (kind) {
    case "Deployment":
      // a ReplicaSet that was there before keeps the condition's old reason until it makes its first pod
      return (
        Number(status.updatedReplicas ?? 0) < (spec.replicas ?? 1) ||
        status.conditions?.find(({ type }) => type === "Progressing")?.reason !== "NewReplicaSetAvailable"
      );
    case "StatefulSet":
      return status.updateRevision !== status.currentRevision;
    case "Rollout":
      return status.phase !== "Healthy" || restartsPods(workload);
    default:
      // a DaemonSet does not say whether its pods were ever ready
      return true;
  }
}

/** Whether nobody changed the pod template after our restart: then what is wrong with it came with the restart. */
function isLastChange({ managedFields = [] }: ObjectMeta): boolean {
  const changed = managedFields.filter(({ fieldsV1 }) => hasTemplate(fieldsV1));
  const ours = changed.find(({ manager }) => manager === fieldManager)?.time;
  return ours !== undefined && changed.every(({ time = "" }) => time <= ours);
}
