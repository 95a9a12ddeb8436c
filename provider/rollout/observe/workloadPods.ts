import { type KubernetesApi, listAll, pathIn } from "../../cluster/KubernetesApi.js";
import type { Pod } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import { ownerOf } from "./ownerOf.js";

/** The pods in full whose owner has this name, without those being deleted. `spec`: the owner's, if it is one of Kubernetes' workloads. */
export async function workloadPods(
  api: KubernetesApi,
  namespace: string,
  name: string,
  spec?: Workload["spec"],
): Promise<Pod[]> {
  const labelSelector = Object.entries(spec?.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const pods = await listAll<Pod>(api, pathIn(namespace, "pods"), {
    query: labelSelector === "" ? {} : { labelSelector },
  });
  return pods.filter(
    ({ metadata }) => ownerOf(metadata) === name && metadata.deletionTimestamp === undefined,
  );
}
