import { ifFound, type KubernetesApi } from "../../cluster/KubernetesApi.js";
import { kindNamed, type Workload, withTemplate, workloadPath } from "../../cluster/workloads.js";

/** Reads the workload now; undefined if it no longer exists, or is being deleted. */
export async function readWorkload(
  api: KubernetesApi,
  namespace: string,
  { kind, metadata }: Pick<Workload, "kind" | "metadata">,
): Promise<Workload | undefined> {
  const path = workloadPath(kindNamed(kind), namespace, metadata.name);
  const found = await ifFound(api.request<Workload>({ method: "GET", path }));
  if (!found || found.metadata.deletionTimestamp !== undefined) return undefined;
  return withTemplate(api, namespace, { ...found, kind });
}
