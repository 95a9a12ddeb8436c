import { hasStatus, type KubernetesApi, type ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Annotations } from "./rolloutAnnotations.js";

/** What a namespace says of its rollouts. Who may not read that may not roll out there: it could be an opt-out. */
export async function namespaceAnnotations(api: KubernetesApi, namespace: string): Promise<Annotations> {
  try {
    const { metadata } = await api.request<{ metadata: ObjectMeta }>({
      method: "GET",
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}`,
    });
    return metadata.annotations ?? {};
  } catch (error) {
    if (hasStatus(error, 404)) return {};
    throw error;
  }
}
