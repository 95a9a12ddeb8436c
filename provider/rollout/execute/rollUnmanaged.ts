import { hasStatus, type ObjectMeta, pathIn } from "../../cluster/KubernetesApi.js";
import { isReady } from "../../cluster/podTemplate.js";
import { messageOf } from "../../data/messageOf.js";
import { milliseconds } from "../../levels/RolloutOptions.js";
import { type UnmanagedPods, unmanagedSentence } from "../observe/unmanagedPods.js";
import { workloadPods } from "../observe/workloadPods.js";
import { reportCapped } from "../plan/reportCapped.js";
import { replacementOf, type Unmanaged } from "../policy/Unmanaged.js";
import { evictInTurn } from "./evictPods.js";
import type { Outcome } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";
import type { RolloutSummary } from "./RolloutSummary.js";

/**
 * Handles pods that no restart replaces: evicts those of unknown controllers and deletes bare ones if the options say so, and reports the
 * others. After a failure that stops the rollout, or if it was cancelled, none are evicted or deleted: they count as not started.
 */
export async function rollUnmanaged(
  unmanaged: readonly Unmanaged[],
  summary: RolloutSummary,
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const { report, now, isCancelled } = dependencies;
  const replaced = { evicted: 0, deleted: 0 };
  let notStarted = 0;
  const left: Record<string, string> = {};
  const lines: string[] = [];
  const failed: Record<string, string> = {};
  const isStopped = ({ rollout }: Unmanaged) =>
    isCancelled() ||
    (rollout.onFailure !== "continue" && Object.keys({ ...summary.failed, ...failed }).length > 0);
  for (const one of unmanaged) {
    const { found, rollout } = one;
    const name = `${found.namespace}/${found.name}`;
    const replacement = replacementOf(one, now());
    if (replacement === undefined) {
      left[name] = unmanagedSentence(found);
      if (rollout.strategy !== "none")
        lines.push(`[${found.namespace}] ${found.name} is unmanaged: ${unmanagedSentence(found)}`);
      continue;
    }
    if (isStopped(one)) {
      notStarted++;
      continue;
    }
    try {
      const outcome = found.bare
        ? await deleteBare(found, found.bare, dependencies)
        : await evictUnmanaged(found, milliseconds(rollout.timeoutPerWorkload), dependencies);
      if (outcome === "done") replaced[replacement]++;
      else if (typeof outcome === "object" && "failed" in outcome) failed[name] = outcome.failed;
    } catch (error) {
      failed[name] = messageOf(error);
    }
  }
  reportCapped(lines, (more) => `${more} more are unmanaged: no restart replaces their pods`, report);
  return {
    ...summary,
    restarted: summary.restarted + replaced.evicted,
    failed: { ...summary.failed, ...failed },
    notStarted: summary.notStarted + notStarted,
    ...(isCancelled() && notStarted > 0 ? { cancelled: true } : {}),
    ...(Object.keys(left).length > 0 ? { unmanaged: left } : {}),
    ...(replaced.deleted > 0 ? { deleted: replaced.deleted } : {}),
  };
}

/**
 * Evicts stale pods of an unknown controller, such as one of a custom resource, one by one, each only once as many of its pods are ready as
 * before. `patience`: for each pod, in ms.
 */
async function evictUnmanaged(
  { namespace, name, pods, podNames }: UnmanagedPods,
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
  const outcome = await evictInTurn({ namespace, name, before }, stale, enough, now, patience, dependencies);
  if (outcome === "done") dependencies.report(`[${namespace}] restarted ${name} by evictions (${pods})`);
  return outcome;
}

async function deleteBare(
  { namespace, name }: UnmanagedPods,
  pod: ObjectMeta,
  { api, report }: RolloutDependencies,
): Promise<Outcome> {
  try {
    await api.request({
      method: "DELETE",
      path: pathIn(namespace, "pods", pod.name),
      // somebody may have recreated it under the same name
      body: pod.uid ? { preconditions: { uid: pod.uid } } : {},
    });
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 409)) return "gone";
    throw error;
  }
  report(`[${namespace}] deleted ${name}; no controller recreates it`);
  return "done";
}
