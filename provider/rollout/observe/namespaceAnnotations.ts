import { ifFound, type KubernetesApi, type ObjectMeta, pathIn } from "../../cluster/KubernetesApi.js";
import type { Annotations } from "./rolloutAnnotations.js";

/** The namespace's annotations. Without the right to read them a rollout must fail: they could opt out. */
export async function namespaceAnnotations(api: KubernetesApi, namespace: string): Promise<Annotations> {
  const request = api.request<{ metadata: ObjectMeta }>({ method: "GET", path: pathIn(namespace) });
  return (await ifFound(request))?.metadata.annotations ?? {};
}
