import { hasStatus, type KubernetesApi, type ObjectMeta } from "../cluster/KubernetesApi.js";
import type { Annotations } from "./rolloutAnnotations.js";

/**
 * What a namespace says of its rollouts. Who may not read the namespace goes on without, and says so: teams that roll out in their
 * namespace often have no right to read namespaces, which are objects of the cluster.
 */
export async function namespaceAnnotations(
  api: KubernetesApi,
  namespace: string,
  report: (line: string) => void,
): Promise<Annotations> {
  try {
    const { metadata } = await api.request<{ metadata: ObjectMeta }>({
      method: "GET",
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}`,
    });
    return metadata.annotations ?? {};
  } catch (error) {
    if (hasStatus(error, 404)) return {};
    if (!hasStatus(error, 403)) throw error;
    report(
      `[${namespace}] the namespace may not be read: an opt-out, order or maintenance window on it is not known, only those on workloads`,
    );
    return {};
  }
}
