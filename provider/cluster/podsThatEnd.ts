import { type KubernetesApi, listMetadata, pathIn } from "./KubernetesApi.js";

/** The names of a namespace's pods that run to completion, as those of Jobs do. */
export async function podsThatEnd(api: KubernetesApi, namespace: string): Promise<ReadonlySet<string>> {
  const query = { fieldSelector: "spec.restartPolicy!=Always" };
  const pods = await listMetadata(api, pathIn(namespace, "pods"), query);
  return new Set(pods.map(({ name }) => name));
}
