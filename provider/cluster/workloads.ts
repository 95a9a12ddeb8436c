import { hasTemplate } from "./hasTemplate.js";
import { hasStatus, ifFound, type KubernetesApi, listKept, type ObjectMeta } from "./KubernetesApi.js";
import type { PodTemplate } from "./podTemplate.js";

interface WorkloadKind {
  kind: string;
  apiVersion: string;
  plural: string;
}

const argoRollout: WorkloadKind = {
  kind: "Rollout",
  apiVersion: "argoproj.io/v1alpha1",
  plural: "rollouts",
};

/** The kinds that a rollout can restart and that exist in every cluster. */
const workloadKinds: readonly WorkloadKind[] = [
  { kind: "Deployment", apiVersion: "apps/v1", plural: "deployments" },
  { kind: "StatefulSet", apiVersion: "apps/v1", plural: "statefulsets" },
  { kind: "DaemonSet", apiVersion: "apps/v1", plural: "daemonsets" },
];

/** Those, and Argo Rollouts, which not every cluster has. */
export const restartableKinds: readonly WorkloadKind[] = [...workloadKinds, argoRollout];

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
    /** Deployment: how many pods may be missing or too many during a rollout. */
    strategy?: {
      type?: string;
      rollingUpdate?: { maxUnavailable?: number | string; maxSurge?: number | string };
    };
    /** StatefulSet. */
    podManagementPolicy?: string;
    serviceName?: string;
    ordinals?: { start?: number };
    volumeClaimTemplates?: { metadata: { name: string } }[];
    /** Job. */
    completionMode?: string;
    /** Argo Rollout: pods older than this are replaced, without a new revision. */
    restartAt?: string;
    /** Argo Rollout: the template is another workload's. Left out once it was read from there. */
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
  const found = restartableKinds.find((known) => known.kind === kind);
  if (!found) throw new Error(`${kind} is not a kind of workload that can be restarted`);
  return found;
}

/** `Deployment/api`: a workload's name in messages and maps. */
export function workloadName(workload: Pick<Workload, "kind" | "metadata">): string {
  return `${workload.kind}/${workload.metadata.name}`;
}

/** All workloads of these kinds in a namespace; none if the namespace or the kind doesn't exist. */
export async function workloadsOf(
  api: KubernetesApi,
  namespace: string,
  kinds: readonly WorkloadKind[] = workloadKinds,
): Promise<Workload[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        const items = await listKept<Workload, Workload>(api, workloadPath(kind, namespace), (item) => [
          // items of a list have no kind
          { ...withTemplateManagers(item), kind: kind.kind, apiVersion: kind.apiVersion },
        ]);
        return await Promise.all(items.map((item) => withTemplate(api, namespace, item)));
      } catch (error) {
        if (hasStatus(error, 404)) return [];
        // pods whose Argo Rollout can't be read are reported one by one
        if (hasStatus(error, 403) && kind === argoRollout) return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

// only the managers that write the template are ever read, and managed fields are half of a Deployment
function withTemplateManagers({ metadata, ...workload }: Workload): Workload {
  const managedFields = (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => hasTemplate(fieldsV1))
    .map((manager) => ({ ...manager, fieldsV1: onlyTemplate }));
  return { ...workload, metadata: { ...metadata, managedFields } };
}

const onlyTemplate = { "f:spec": { "f:template": {} } };

/** The workload with its template, which for an Argo Rollout may be a Deployment's; an empty one if it is elsewhere. */
export async function withTemplate(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
): Promise<Workload> {
  const { workloadRef, ...own } = workload.spec;
  if (workloadRef?.kind === "Deployment" && workloadRef.name) {
    const path = workloadPath(kindNamed(workloadRef.kind), namespace, workloadRef.name);
    const found = await ifFound(api.request<Workload>({ method: "GET", path }));
    if (found) return { ...workload, spec: { ...own, template: found.spec.template } };
  }
  const template = workload.spec.template ?? { spec: { containers: [] } };
  return { ...workload, spec: { ...workload.spec, template } };
}
