import type { RolloutDependencies } from "../../provider/rollout/execute/RolloutDependencies";

/** What a rollout has besides its workloads: this cluster and its clocks, a log that nobody reads, and no istiod that could be asked. */
export function dependenciesOn(
  given: Pick<RolloutDependencies, "api" | "now" | "elapsed" | "sleep"> & Partial<RolloutDependencies>,
): RolloutDependencies {
  return { report: () => {}, isCancelled: () => false, replicasBehind: async () => [], ...given };
}
