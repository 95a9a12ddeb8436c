import { listAll } from "../../cluster/KubernetesApi.js";
import { isReady, type Pod } from "../../cluster/podTemplate.js";
import { ownerOf } from "../observe/ownerOf.js";
import { isSettingsFault, podReason } from "../observe/podReason.js";
import type { UnmanagedPods } from "../observe/unmanagedPods.js";
import { evict, inEvictionOrder } from "./evictPods.js";
import type { Outcome } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";

/**
 * Evicts stale pods of an unknown controller, such as one of a custom resource, one by one, each only once as many of its pods are ready as
 * before. Retries evictions that PodDisruptionBudgets forbid until the deadline.
 */
export async function evictUnmanaged(
  { namespace, name, podNames }: Pick<UnmanagedPods, "namespace" | "name" | "podNames">,
  deadline: number,
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  const { api, elapsed, sleep } = dependencies;
  const owned = async () =>
    (await listAll<Pod>(api, `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`)).filter(
      ({ metadata }) => ownerOf(metadata) === name && metadata.deletionTimestamp === undefined,
    );
  const before = await owned();
  const stale = before.filter(({ metadata }) => podNames.includes(metadata.name));
  if (stale.length === 0) return "gone";
  const enough = before.filter(isReady).length;
  for (const pod of inEvictionOrder(stale)) {
    const refused = await evict(namespace, name, pod, deadline, dependencies);
    if (refused) return refused;
    for (let pause = 200; ; pause = Math.min(2_000, pause * 1.3)) {
      const pods = await owned();
      const others = pods.filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
      const ready = others.filter(isReady).length;
      if (others.length === pods.length && ready >= enough) break;
      if (elapsed() >= deadline) {
        const why = podReason(pods.filter((one) => !isReady(one)));
        return {
          failed: [`not ready in time: ${ready} of ${enough} pods ready`, why].filter(Boolean).join("; "),
          cause: isSettingsFault(pods) ? "settings" : "other",
        };
      }
      await sleep(pause);
    }
  }
  return "done";
}
