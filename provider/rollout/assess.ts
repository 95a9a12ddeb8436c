import { dryRunPod } from "../cluster/dryRunPod.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import { ApiError, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import type { Pod } from "../cluster/podTemplate.js";
import { type Workload, workloadName, workloadsOf } from "../cluster/workloads.js";
import { stampAnnotation } from "../render/overlayTemplate.js";
import { type Difference, differences } from "./differences.js";
import { predictFields, type SettingsChange } from "./predictFields.js";
import { heldReason } from "./rolloutStatus.js";
import { type SidecarFields, sidecarFields } from "./sidecarFields.js";

/** What a restart would do for one workload of a namespace. */
export interface Assessment {
  namespace: string;
  workload: Workload;
  /** `Deployment/api`. */
  name: string;
  pods: number;
  verdict:
    | { is: "current" }
    | { is: "stale"; stalePods: number; differences: Difference[] }
    /** Settings changed, but the pod's own annotations or containers win in each of them. */
    | { is: "masked" }
    /** Stale, but Kubernetes would not replace its pods. */
    | { is: "held"; why: string }
    /** The API server would not say what a new pod would be. */
    | { is: "unknown"; why: string };
}

/** What is known of a namespace's settings when its workloads are looked at. */
export interface NamespaceSettings {
  /** The revision of Istio whose injector has the settings. */
  revision: string;
  /** The stamp that the injector gives pods there; undefined without settings. */
  stamp: string | undefined;
  /** Settings that are planned and not in the injector yet; undefined when the injector can be asked for the truth. */
  planned: SettingsChange | undefined;
}

const dryRunsAtOnce = 8;

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
  const query = labelSelector === "" ? {} : { labelSelector };
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
    found.set(at, [...(found.get(at) ?? []), metadata]);
  }
  return found;
}

/** Every workload of a namespace that owns pods with a sidecar, and whether they are what the injector gives now. */
export async function assessNamespace(
  api: KubernetesApi,
  namespace: string,
  metadata: readonly ObjectMeta[],
  settings: NamespaceSettings,
): Promise<Assessment[]> {
  const owned = new Map<string, ObjectMeta[]>();
  for (const pod of metadata) {
    const owner = ownerOf(pod);
    if (owner) owned.set(owner, [...(owned.get(owner) ?? []), pod]);
  }
  if (owned.size === 0) return [];
  const workloads = (await workloadsOf(api, namespace)).filter((workload) =>
    owned.has(workloadName(workload)),
  );
  const assessments: Assessment[] = [];
  const queue = workloads.sort((a, b) => (workloadName(a) < workloadName(b) ? -1 : 1));
  await Promise.all(
    Array.from({ length: Math.min(dryRunsAtOnce, queue.length) }, async () => {
      for (let workload = queue.shift(); workload; workload = queue.shift()) {
        assessments.push(
          await assessWorkload(api, namespace, workload, owned.get(workloadName(workload)) ?? [], settings),
        );
      }
    }),
  );
  return assessments.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export async function assessWorkload(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  pods: readonly ObjectMeta[],
  { stamp, planned, revision }: NamespaceSettings,
): Promise<Assessment> {
  const about = { namespace, workload, name: workloadName(workload), pods: pods.length };
  const stamped = pods.every(({ annotations }) => annotations?.[stampAnnotation] === stamp);
  if (stamped && stamp !== undefined && !planned) return { ...about, verdict: { is: "current" } };
  const [sample] = pods;
  if (!sample) return { ...about, verdict: { is: "current" } };
  let expected: SidecarFields | undefined;
  try {
    const pod = await dryRunPod(api, namespace, workload.spec.template, ownerIdentity(sample));
    // another revision's pods are that revision's settings to change
    if (injectingRevision(pod.metadata) === revision) expected = sidecarFields(pod);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { ...about, verdict: { is: "unknown", why: error.serverMessage } };
  }
  if (expected === undefined) return { ...about, verdict: { is: "current" } };
  if (planned) expected = predictFields(expected, workload.spec.template, planned);
  const stale: Difference[][] = [];
  for (const { name } of pods) {
    const pod = await api
      .request<Pod>({
        method: "GET",
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${name}`,
      })
      .catch(() => undefined);
    const running = pod && !pod.metadata.deletionTimestamp ? sidecarFields(pod) : undefined;
    if (!running) continue;
    const found = differences(running, expected);
    if (found.length > 0) stale.push(found);
  }
  const [first] = stale;
  if (!first) return { ...about, verdict: stamped ? { is: "current" } : { is: "masked" } };
  const held = heldReason(workload);
  return {
    ...about,
    verdict: held ? { is: "held", why: held } : { is: "stale", stalePods: stale.length, differences: first },
  };
}

/** `Kind/name` of the workload behind a pod; a ReplicaSet's name is its Deployment's and the hash of the template. */
export function ownerOf({ ownerReferences = [], labels }: ObjectMeta): string | undefined {
  const controller = ownerReferences.find((owner) => owner.controller);
  if (!controller) return undefined;
  const hash = labels?.["pod-template-hash"];
  if (controller.kind === "ReplicaSet" && hash && controller.name.endsWith(`-${hash}`)) {
    return `Deployment/${controller.name.slice(0, -hash.length - 1)}`;
  }
  return `${controller.kind}/${controller.name}`;
}

// Istio names the workload on the sidecar after the pod's owner
function ownerIdentity(pod: ObjectMeta) {
  const hash = pod.labels?.["pod-template-hash"];
  return {
    ...(pod.ownerReferences ? { ownerReferences: pod.ownerReferences } : {}),
    ...(pod.generateName ? { generateName: pod.generateName } : {}),
    ...(hash ? { labels: { "pod-template-hash": hash } } : {}),
  };
}
