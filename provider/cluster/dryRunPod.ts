import type { KubernetesApi } from "./KubernetesApi.js";
import type { Pod, PodTemplate } from "./podTemplate.js";

/** The pod as admission changes it: a server-side dry run, so all webhooks run and nothing is stored. */
export function dryRunPod(
  api: KubernetesApi,
  namespace: string,
  { metadata, spec }: PodTemplate,
): Promise<Pod> {
  return api.request<Pod>({
    method: "POST",
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    query: { dryRun: "All", fieldManager: "sidecar-settings" },
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
