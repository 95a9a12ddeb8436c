import { type KubernetesApi, listKept, type ObjectMeta } from "./KubernetesApi.js";

/** The names of a namespace's pods that run to their end, as those of Jobs do. */
export async function podsThatEnd(api: KubernetesApi, namespace: string): Promise<ReadonlySet<string>> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const query = { fieldSelector: "spec.restartPolicy!=Always" };
  const nameOf = ({ metadata: { name } }: { metadata: ObjectMeta }) => [name];
  return new Set(await listKept(api, path, nameOf, { query, metadataOnly: true }));
}
