import type { KubernetesApi, ObjectMeta } from "./KubernetesApi.js";
import type { Pod, PodTemplate } from "./podTemplate.js";

/**
 * The pod that a template would become now: a server-side dry run, so every webhook answers and nothing is stored.
 * `owner` lets Istio name the workload as it does for the real pods.
 */
export function dryRunPod(
  api: KubernetesApi,
  namespace: string,
  template: PodTemplate,
  owner?: Pick<ObjectMeta, "ownerReferences" | "generateName" | "labels">,
): Promise<Pod> {
  return api.request<Pod>({
    method: "POST",
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    query: { dryRun: "All", fieldManager: "sidecar-settings" },
    body: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        generateName: owner?.generateName ?? "sidecar-settings-",
        namespace,
        labels: { ...template.metadata?.labels, ...owner?.labels },
        annotations: template.metadata?.annotations ?? {},
        ...(owner?.ownerReferences ? { ownerReferences: owner.ownerReferences } : {}),
      },
      spec: template.spec,
    },
  });
}
