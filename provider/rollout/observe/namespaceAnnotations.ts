import { hasStatus, type KubernetesApi, type ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Annotations } from "./rolloutAnnotations.js";

/** The namespace's annotations. Without the right to read them a rollout must fail: they could opt out. */
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
