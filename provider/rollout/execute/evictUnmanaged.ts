import { isReady } from "../../cluster/podTemplate.js";
import type { UnmanagedPods } from "../observe/unmanagedPods.js";
import { workloadPods } from "../observe/workloadPods.js";
import { evictInTurn } from "./evictPods.js";
import type { Outcome } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";

/**
 * Evicts stale pods of an unknown controller, such as one of a custom resource, one by one, each only once as many of its pods are ready as
 * before. `patience`: for each pod, in ms.
 */
export async function evictUnmanaged(
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
