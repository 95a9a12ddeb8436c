import { grouped } from "../data/grouped.js";
import { type KubernetesApi, listKept, type ObjectMeta, pathIn } from "./KubernetesApi.js";

/** The metadata of pods with a sidecar, by namespace. One paged list, whatever the size of the mesh. */
export async function injectedPods(
  api: KubernetesApi,
  namespace?: string,
): Promise<Map<string, ObjectMeta[]>> {
  const path = namespace === undefined ? "/api/v1/pods" : pathIn(namespace, "pods");
  // ended pods, such as evicted ones, keep their old sidecar until someone deletes them, and would look stale forever
  const query = { fieldSelector: "status.phase!=Succeeded,status.phase!=Failed" };
  const pods = await listKept(api, path, metadataIfInjected, { query, metadataOnly: true });
  return grouped(pods, ({ namespace: at = "" }) => at);
}

function metadataIfInjected({ metadata }: { metadata: ObjectMeta }): ObjectMeta[] {
  if (
    metadata.annotations?.["sidecar.istio.io/status"] === undefined ||
    metadata.deletionTimestamp !== undefined
  )
    return [];
  // half of what is listed, which nobody reads, and a mesh may have 10,000 pods
  const { managedFields: _, ...kept } = metadata;
  return [kept];
}
