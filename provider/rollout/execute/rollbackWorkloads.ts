import type { Rollback } from "../../injector/rollbackLayers.js";
import type { Rollout } from "../../levels/RolloutOptions.js";
import type { Assessment } from "../observe/Assessment.js";
import type { Restart } from "../plan/Restart.js";
import { restartedFor } from "../policy/restartAnnotation.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";
import type { RolloutSummary } from "./RolloutSummary.js";
import { runRollout } from "./runRollout.js";

/**
 * Restarts the workloads that were restarted for settings now rolled back, and no others. A failure doesn't stop the rest. Unready
 * workloads are restarted, too: the bad settings may have broken them.
 */
export function rollbackWorkloads(
  restarts: readonly Restart[],
  rollbacks: readonly Pick<Rollback, "stampBefore">[],
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const undone = restarts
    .filter(({ assessment, settings, rollout }) => {
      const labels = assessment.workload.spec.template?.metadata?.labels ?? {};
      const rolledBack = rollbacks
        .map(({ stampBefore }) => stampBefore(assessment.namespace, labels))
        .filter((stamp) => stamp !== settings.stamp);
      return isTouched(assessment, new Set(rolledBack), rollout.strategy);
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

/**
 * Whether this change restarted the workload: by its restart mark, or by its pods' stamps with `strategy: evict`, which leaves specs alone.
 */
function isTouched(
  { workload, stamps = [] }: Assessment,
  rolledBack: ReadonlySet<string | undefined>,
  strategy: Rollout["strategy"],
): boolean {
  const marked = restartedFor(workload);
  if (marked !== undefined && rolledBack.has(marked.stamp)) return true;
  return strategy === "evict" && stamps.some((stamp) => stamp !== undefined && rolledBack.has(stamp));
}
