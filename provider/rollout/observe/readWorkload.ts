import { hasStatus, type KubernetesApi } from "../../cluster/KubernetesApi.js";
import { kindNamed, type Workload, withTemplate, workloadPath } from "../../cluster/workloads.js";

/** Reads the workload now; undefined if it no longer exists. */
export async function readWorkload(
  api: KubernetesApi,
  namespace: string,
  { kind, metadata }: Pick<Workload, "kind" | "metadata">,
): Promise<Workload | undefined> {
  try {
    const found = await api.request<Workload>({
      method: "GET",
      path: workloadPath(kindNamed(kind), namespace, metadata.name),
    });
    return await withTemplate(api, namespace, { ...found, kind });
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}
