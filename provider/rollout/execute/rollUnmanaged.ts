import { hasStatus, pathIn } from "../../cluster/KubernetesApi.js";
import { isReady } from "../../cluster/podTemplate.js";
import { milliseconds } from "../../levels/RolloutOptions.js";
import { type UnmanagedPods, unmanagedSentence } from "../observe/unmanagedPods.js";
import { workloadPods } from "../observe/workloadPods.js";
import { reportCapped } from "../plan/reportCapped.js";
import { isDeleted, isEvicted, type Unmanaged } from "../policy/Unmanaged.js";
import { evictInTurn } from "./evictPods.js";
import type { Outcome } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";
import type { RolloutSummary } from "./RolloutSummary.js";

/**
 * Handles pods that no restart replaces: evicts those of unknown controllers and deletes bare ones if the options say so, and reports the
 * others. After a failure that stops the rollout, none are evicted or deleted.
 */
export async function rollUnmanaged(
  unmanaged: readonly Unmanaged[],
  summary: RolloutSummary,
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const { api, report, now, isCancelled = () => false } = dependencies;
  let evicted = 0;
  const left: Record<string, string> = {};
  const lines: string[] = [];
  const failed: Record<string, string> = {};
  let deleted = 0;
  const isStopped = ({ rollout }: Unmanaged) =>
    isCancelled() ||
    (rollout.onFailure !== "continue" && Object.keys({ ...summary.failed, ...failed }).length > 0);
  for (const one of unmanaged) {
    const { namespace, name, bare } = one.found;
    if (!isStopped(one) && isEvicted(one, now())) {
      const patience = milliseconds(one.rollout.timeoutPerWorkload);
      const outcome = await evictUnmanaged(one.found, patience, dependencies).catch((error: unknown) => ({
        failed: error instanceof Error ? error.message : String(error),
      }));
      if (outcome === "done") {
        evicted++;
        report(`[${namespace}] restarted ${name} by evictions (${one.found.pods})`);
      } else if (typeof outcome === "object" && "failed" in outcome)
        failed[`${namespace}/${name}`] = outcome.failed;
      continue;
    }
    if (bare === undefined || isStopped(one) || !isDeleted(one, now())) {
      left[`${namespace}/${name}`] = unmanagedSentence(one.found);
      if (one.rollout.strategy !== "none")
        lines.push(`[${namespace}] ${name} is unmanaged: ${unmanagedSentence(one.found)}`);
      continue;
    }
    try {
      await api.request({
        method: "DELETE",
        path: pathIn(namespace, "pods", bare.name),
        // somebody may have recreated it under the same name
        body: bare.uid ? { preconditions: { uid: bare.uid } } : {},
      });
      deleted++;
      report(`[${namespace}] deleted ${name}; no controller recreates it`);
    } catch (error) {
      if (hasStatus(error, 404) || hasStatus(error, 409)) continue;
      failed[`${namespace}/${name}`] = error instanceof Error ? error.message : String(error);
    }
  }
  reportCapped(lines, (more) => `${more} more are unmanaged: no restart replaces their pods`, report);
  return {
    ...summary,
    restarted: summary.restarted + evicted,
    failed: { ...summary.failed, ...failed },
    ...(Object.keys(left).length > 0 ? { unmanaged: left } : {}),
    ...(deleted > 0 ? { deleted } : {}),
  };
}

/**
 * Evicts stale pods of an unknown controller, such as one of a custom resource, one by one, each only once as many of its pods are ready as
 * before. `patience`: for each pod, in ms.
 */
async function evictUnmanaged(
  { namespace, name, podNames }: Pick<UnmanagedPods, "namespace" | "name" | "podNames">,
  patience: number,
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  const owned = () => workloadPods(dependencies.api, namespace, name);
  const before = await owned();
  const stale = before.filter(({ metadata }) => podNames.includes(metadata.name));
  if (stale.length === 0) return "gone";
  const enough = before.filter(isReady).length;
  const all = Number.POSITIVE_INFINITY;
  const now = async () => ({ pods: await owned(), ready: all, wanted: all });
  return evictInTurn({ namespace, name }, stale, enough, now, patience, dependencies);
}
