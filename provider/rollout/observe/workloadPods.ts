import { type KubernetesApi, listAll } from "../../cluster/KubernetesApi.js";
import type { Pod } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import { ownerOf } from "./ownerOf.js";

/** The pods of a workload in full, without those being deleted. */
export async function workloadPods(
  api: KubernetesApi,
  namespace: string,
  { spec }: Pick<Workload, "spec">,
  name: string,
): Promise<Pod[]> {
  const labelSelector = Object.entries(spec.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const pods = await listAll<Pod>(api, `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, {
    query: labelSelector === "" ? {} : { labelSelector },
  });
  return pods.filter(
    ({ metadata }) => ownerOf(metadata) === name && metadata.deletionTimestamp === undefined,
  );
}
