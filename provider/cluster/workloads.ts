import { hasStatus, type KubernetesApi, listAll, type ObjectMeta } from "./KubernetesApi.js";
import type { PodTemplate } from "./podTemplate.js";

export interface WorkloadKind {
  kind: string;
  apiVersion: string;
  plural: string;
}

/** Owners of pods that a rollout can restart. Argo's are there only where its CRD is. */
export const workloadKinds: readonly WorkloadKind[] = [
  { kind: "Deployment", apiVersion: "apps/v1", plural: "deployments" },
  { kind: "StatefulSet", apiVersion: "apps/v1", plural: "statefulsets" },
  { kind: "DaemonSet", apiVersion: "apps/v1", plural: "daemonsets" },
];

export interface Workload {
  apiVersion?: string;
  kind: string;
  metadata: ObjectMeta;
  spec: {
    replicas?: number;
    paused?: boolean;
    template: PodTemplate;
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
    selector?: { matchLabels?: Record<string, string> };
  };
  status?: Record<string, unknown> & {
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

export function workloadPath(kind: WorkloadKind, namespace: string, name?: string): string {
  return `/apis/${kind.apiVersion}/namespaces/${encodeURIComponent(namespace)}/${kind.plural}${name ? `/${encodeURIComponent(name)}` : ""}`;
}

export function kindNamed(kind: string): WorkloadKind {
  const found = workloadKinds.find((known) => known.kind === kind);
  if (!found) throw new Error(`${kind} is no kind of workload that can be restarted`);
  return found;
}

/** `Deployment/api`: how a workload is named to people and in maps. */
export function workloadName(workload: Pick<Workload, "kind" | "metadata">): string {
  return `${workload.kind}/${workload.metadata.name}`;
}

/** All workloads of a namespace; of a namespace that does not exist, none. */
export async function workloadsOf(api: KubernetesApi, namespace: string): Promise<Workload[]> {
  const lists = await Promise.all(
    workloadKinds.map(async (kind) => {
      try {
        const items = await listAll<Workload>(api, workloadPath(kind, namespace));
        // a list leaves the kind of its items out
        return items.map((item) => ({ ...item, kind: kind.kind, apiVersion: kind.apiVersion }));
      } catch (error) {
        if (hasStatus(error, 404)) return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}
