import type { Workload } from "../../cluster/workloads.js";
import type { Rollout } from "../../levels/RolloutOptions.js";

/** Whether a restart deletes an old pod before creating the new one, which makes room in a full quota. */
export function deletesBeforeCreating(
  { kind, spec }: Workload,
  strategy: Rollout["strategy"] = "restart",
): boolean {
  if (strategy === "evict") return true;
  if (kind === "StatefulSet") return true;
  if (kind === "DaemonSet") {
    const { maxUnavailable } = spec.updateStrategy?.rollingUpdate ?? {};
    return !isZero(maxUnavailable ?? 1);
  }
  if (kind !== "Deployment" || spec.strategy?.type === "Recreate") return true;
  return podsUnavailable(spec.strategy?.rollingUpdate?.maxUnavailable ?? "25%", spec.replicas ?? 1) > 0;
}

function podsUnavailable(most: number | string, replicas: number): number {
  if (typeof most === "number") return most;
  // percentages are rounded down, as the Deployment controller does
  return Math.floor((Number.parseFloat(most) / 100) * replicas);
}

function isZero(amount: number | string): boolean {
  return Number.parseFloat(String(amount)) === 0;
}
