import { fieldManager } from "./fieldManager.js";
import { ApiError, isMissingRight, type KubernetesApi, pathIn } from "./KubernetesApi.js";
import type { Pod, PodTemplate } from "./podTemplate.js";

/** The pod as admission changes it: a server-side dry run, so all webhooks run and nothing is stored. */
export function dryRunPod(
  api: KubernetesApi,
  namespace: string,
  { metadata, spec }: PodTemplate,
): Promise<Pod> {
  return api.request<Pod>({
    method: "POST",
    path: pathIn(namespace, "pods"),
    query: { dryRun: "All", fieldManager },
    body: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        generateName: metadata?.generateName ?? "sidecar-settings-",
        namespace,
        labels: metadata?.labels ?? {},
        annotations: metadata?.annotations ?? {},
        ...(metadata?.ownerReferences ? { ownerReferences: metadata.ownerReferences } : {}),
      },
      spec,
    },
  });
}

/** The pod, or why it is denied; throws if the caller may not ask. */
export async function admittedPod(
  api: KubernetesApi,
  namespace: string,
  pod: PodTemplate,
): Promise<{ pod: Pod } | { denied: ApiError }> {
  try {
    return { pod: await dryRunPod(api, namespace, pod) };
  } catch (error) {
    if (!(error instanceof ApiError) || isMissingRight(error)) throw error;
    return { denied: error };
  }
}
