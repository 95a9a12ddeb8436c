import type { Rollback } from "../../injector/rollbackLayers.js";
import type { Rollout } from "../../levels/RolloutOptions.js";
import type { Assessment } from "../observe/assess.js";
import type { Restart } from "../plan/Restart.js";
import { restartedFor } from "../policy/restartAnnotation.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";
import type { RolloutSummary } from "./RolloutSummary.js";
import { runRollout } from "./runRollout.js";

/**
 * Restarts what had been restarted for settings that are put back, and nothing else. A failure doesn't stop the rest. Unready
 * workloads are restarted too: the bad settings may be what broke them.
 */
export function rollbackWorkloads(
  restarts: readonly Restart[],
  rollbacks: readonly Pick<Rollback, "stampBefore">[],
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const undone = restarts
    .filter(({ assessment, settings, rollout }) => {
      const labels = assessment.workload.spec.template?.metadata?.labels ?? {};
      const gone = rollbacks
        .map(({ stampBefore }) => stampBefore(assessment.namespace, labels))
        .filter((stamp) => stamp !== settings.stamp);
      return isTouched(assessment, new Set(gone), rollout.strategy);
    })
    .map(
      (restart): Restart => ({
        ...restart,
        isRollback: true,
        rollout: { ...restart.rollout, onFailure: "continue" },
      }),
    );
  return runRollout(undone, dependencies);
}

/** Whether this change had the workload restarted: it says so itself, or, where specs stay as they are, its pods do. */
function isTouched(
  { workload, stamps = [] }: Assessment,
  gone: ReadonlySet<string | undefined>,
  strategy: Rollout["strategy"],
): boolean {
  const marked = restartedFor(workload);
  if (marked !== undefined && gone.has(marked.stamp)) return true;
  return strategy === "evict" && stamps.some((stamp) => stamp !== undefined && gone.has(stamp));
}
