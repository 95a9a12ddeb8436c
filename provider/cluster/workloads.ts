import { hasStatus, type KubernetesApi, listAll, type ObjectMeta } from "./KubernetesApi.js";
import type { PodTemplate } from "./podTemplate.js";

export interface WorkloadKind {
  kind: string;
  apiVersion: string;
  plural: string;
}

export const argoRollout: WorkloadKind = {
  kind: "Rollout",
  apiVersion: "argoproj.io/v1alpha1",
  plural: "rollouts",
};

/** Owners of pods that a rollout can restart, in every cluster. */
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
    updateStrategy?: {
      type?: string;
      rollingUpdate?: { partition?: number; maxUnavailable?: number | string };
    };
    selector?: { matchLabels?: Record<string, string> };
    /** Deployment and DaemonSet: how many pods may be missing, or too many, while others are replaced. */
    strategy?: { type?: string; rollingUpdate?: { maxUnavailable?: number | string } };
    /** StatefulSet. */
    serviceName?: string;
    ordinals?: { start?: number };
    volumeClaimTemplates?: { metadata: { name: string } }[];
    /** Job. */
    completionMode?: string;
    /** Argo: pods older than this are replaced, without a new revision. */
    restartAt?: string;
    /** Argo: the template is another workload's. */
    workloadRef?: { kind?: string; name?: string };
  };
  status?: Record<string, unknown> & {
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

export function workloadPath(kind: WorkloadKind, namespace: string, name?: string): string {
  return `/apis/${kind.apiVersion}/namespaces/${encodeURIComponent(namespace)}/${kind.plural}${name ? `/${encodeURIComponent(name)}` : ""}`;
}

export function kindNamed(kind: string): WorkloadKind {
  const found = [...workloadKinds, argoRollout].find((known) => known.kind === kind);
  if (!found) throw new Error(`${kind} is no kind of workload that can be restarted`);
  return found;
}

/** `Deployment/api`: how a workload is named to people and in maps. */
export function workloadName(workload: Pick<Workload, "kind" | "metadata">): string {
  return `${workload.kind}/${workload.metadata.name}`;
}

/** All workloads of a namespace, of these kinds; of a namespace or a kind that does not exist, none. */
export async function workloadsOf(
  api: KubernetesApi,
  namespace: string,
  kinds: readonly WorkloadKind[] = workloadKinds,
): Promise<Workload[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        const items = await listAll<Workload>(api, workloadPath(kind, namespace));
        // a list leaves the kind of its items out
        return items.map((item) => ({
          ...item,
          // Argo's workloadRef leaves the template out
          spec: { ...item.spec, template: item.spec.template ?? { spec: { containers: [] } } },
          kind: kind.kind,
          apiVersion: kind.apiVersion,
        }));
      } catch (error) {
        if (hasStatus(error, 404)) return [];
        // who may not see Argo's objects is told so for each of their pods
        if (hasStatus(error, 403) && kind === argoRollout) return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}
