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
  const { maxSurge = "25%", maxUnavailable = "25%" } = spec.strategy?.rollingUpdate ?? {};
  const pods = (share: number | string, round: (pods: number) => number) =>
    typeof share === "number" ? share : round((Number.parseFloat(share) / 100) * (spec.replicas ?? 1));
  // as the Deployment controller rounds, which takes one pod away where both come to none
  return pods(maxUnavailable, Math.floor) > 0 || pods(maxSurge, Math.ceil) === 0;
}

function isZero(amount: number | string): boolean {
  return Number.parseFloat(String(amount)) === 0;
}
