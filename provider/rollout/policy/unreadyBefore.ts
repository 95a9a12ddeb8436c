import { fieldManager } from "../../cluster/fieldManager.js";
import { hasTemplate } from "../../cluster/hasTemplate.js";
import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Workload } from "../../cluster/workloads.js";
import { type RolloutStatus, readiness, restartsPods, rolloutStatus } from "../observe/rolloutStatus.js";
import { restartedFor } from "./restartAnnotation.js";

/**
 * Why a workload should not be restarted: it was not ready before. One whose last change is an unfinished restart of ours is fine: for the
 * same settings that restart is awaited, and for other settings the new ones may be the fix.
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

/** Whether a restart for these settings (undefined: for none) has begun and not ended. */
export function restartUnderWay(workload: Workload, stamp: string | undefined): boolean {
  const marked = restartedFor(workload);
  return (
    marked !== undefined &&
    marked.stamp === stamp &&
    rolloutStatus(workload).status === "waiting" &&
    isIncomplete(workload)
  );
}

// held for restarts, though its pods may still be evicted
function present(workload: Workload): RolloutStatus {
  const status = rolloutStatus(workload);
  if (status.status !== "held") return status;
  const { ready, wanted } = readiness(workload);
  return ready < wanted ? { status: "waiting", why: `${ready} of ${wanted} pods ready` } : { status: "done" };
}

/** Whether the current template never got all its pods ready. A crash after that doesn't make the restart unfinished. */
function isIncomplete(workload: Workload): boolean {
  const { kind, metadata, spec, status = {} } = workload;
  if (Number(status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return true;
  switch (kind) {
    case "Deployment":
      // when an older ReplicaSet is reused, the condition keeps its former reason until the first pod is created
      return (
        Number(status.updatedReplicas ?? 0) < (spec.replicas ?? 1) ||
        status.conditions?.find(({ type }) => type === "Progressing")?.reason !== "NewReplicaSetAvailable"
      );
    case "StatefulSet":
      return status.updateRevision !== status.currentRevision;
    case "Rollout":
      return status.phase !== "Healthy" || restartsPods(workload);
    default:
      // a DaemonSet's status doesn't show whether its pods were ever ready
      return true;
  }
}

/** Whether the pod template has not changed since our restart: then the restart caused its trouble. */
function isLastChange({ managedFields = [] }: ObjectMeta): boolean {
  const changed = managedFields.filter(({ fieldsV1 }) => hasTemplate(fieldsV1));
  const ours = changed.find(({ manager }) => manager === fieldManager)?.time;
  return ours !== undefined && changed.every(({ time = "" }) => time <= ours);
}
