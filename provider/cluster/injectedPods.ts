import { type KubernetesApi, listAll, type ObjectMeta } from "./KubernetesApi.js";

/** Namespaces that have pods with a sidecar, with the pods' metadata. One paged list, whatever the size of the mesh. */
export async function injectedPods(
  api: KubernetesApi,
  namespace?: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<Map<string, ObjectMeta[]>> {
  const path =
    namespace === undefined ? "/api/v1/pods" : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const query = {
    // pods that have ended keep their old sidecar until someone deletes them: an evicted one would look stale for ever
    fieldSelector: "status.phase!=Succeeded,status.phase!=Failed",
    ...(labelSelector === "" ? {} : { labelSelector }),
  };
  const found = new Map<string, ObjectMeta[]>();
  for (const { metadata } of await listAll<{ metadata: ObjectMeta }>(api, path, {
    query,
    metadataOnly: true,
  })) {
    if (
      metadata.annotations?.["sidecar.istio.io/status"] === undefined ||
      metadata.deletionTimestamp !== undefined
    )
      continue;
    const at = metadata.namespace ?? "";
    const known = found.get(at);
    if (known) known.push(metadata);
    else found.set(at, [metadata]);
  }
  return found;
}
