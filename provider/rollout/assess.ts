import { dryRunPod } from "../cluster/dryRunPod.js";
import { inBatches } from "../cluster/inBatches.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import {
  ApiError,
  hasStatus,
  isMissingRight,
  type KubernetesApi,
  listAll,
  type ObjectMeta,
} from "../cluster/KubernetesApi.js";
import type { Pod } from "../cluster/podTemplate.js";
import {
  argoRollout,
  type Workload,
  workloadKinds,
  workloadName,
  workloadsOf,
} from "../cluster/workloads.js";
import { stampAnnotation } from "../render/overlayTemplate.js";
import { type Difference, differences } from "./differences.js";
import { predictFields, type SettingsChange } from "./predictFields.js";
import type { Rollout } from "./RolloutOptions.js";
import type { Annotations } from "./rolloutAnnotations.js";
import { heldReason, isBelowPartition } from "./rolloutStatus.js";
import { type SidecarFields, sidecarFields } from "./sidecarFields.js";

/** What a restart would do for one workload of a namespace. */
export interface Assessment {
  namespace: string;
  workload: Workload;
  /** `Deployment/api`. */
  name: string;
  pods: number;
  /** Those that its pods have, each once. */
  stamps?: (string | undefined)[];
  /** What a new pod is given, as the injector says; left out where it was not asked. */
  given?: { stamp?: string };
  verdict:
    | { is: "current" }
    /** `left`: why some of its other stale pods stay as they are. */
    | { is: "stale"; stalePods: number; podNames: string[]; differences: Difference[]; left?: string }
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
  /** What is different for pods with these labels, where workload layers pick some. */
  forLabels?: (labels: Readonly<Record<string, string>>) => Pick<NamespaceSettings, "stamp" | "planned">;
  /** Annotations of the namespace itself, where workloads may be told how to be rolled out. */
  annotations?: Annotations;
  /** What else than settings counts as a difference. Default: nothing. */
  include?: Rollout["include"];
  /** By how pods are replaced, an owner may be held or not. Default: restart. */
  strategy?: Rollout["strategy"];
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
  const query = {
    // pods that have ended keep their old sidecar until someone deletes them: an evicted one would look stale for ever
    fieldSelector: "status.phase!=Succeeded,status.phase!=Failed",
    ...(labelSelector === "" ? {} : { labelSelector }),
  };
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
    const known = found.get(at);
    if (known) known.push(metadata);
    else found.set(at, [metadata]);
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
  const kinds = [...workloadKinds, argoRollout].filter(({ kind }) =>
    [...owned.keys()].some((owner) => owner.startsWith(`${kind}/`)),
  );
  const workloads = (await workloadsOf(api, namespace, kinds)).filter((workload) =>
    owned.has(workloadName(workload)),
  );
  const assessments: Assessment[] = [];
  await inBatches(workloads, dryRunsAtOnce, async (workload) => {
    const its = settingsFor(settings, workload.spec.template?.metadata?.labels);
    const pods = owned.get(workloadName(workload)) ?? [];
    assessments.push(await assessWorkload(api, namespace, workload, pods, its));
  });
  return assessments.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The settings of pods with these labels. */
export function settingsFor(
  settings: NamespaceSettings,
  labels: Readonly<Record<string, string>> = {},
): NamespaceSettings {
  return settings.forLabels ? { ...settings, ...settings.forLabels(labels) } : settings;
}

export async function assessWorkload(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  pods: readonly ObjectMeta[],
  { stamp, planned, revision, include = [], strategy }: NamespaceSettings,
): Promise<Assessment> {
  const stamps = [...new Set(pods.map(({ annotations }) => annotations?.[stampAnnotation]))];
  const about: Omit<Assessment, "verdict"> = {
    namespace,
    workload,
    name: workloadName(workload),
    pods: pods.length,
    stamps,
  };
  const stamped = pods.every(({ annotations }) => annotations?.[stampAnnotation] === stamp);
  if (stamped && stamp !== undefined && !planned && include.length === 0)
    return { ...about, verdict: { is: "current" } };
  const [sample] = pods;
  if (!sample) return { ...about, verdict: { is: "current" } };
  if (workload.spec.workloadRef)
    return { ...about, verdict: { is: "held", why: heldReason(workload) ?? "its template is elsewhere" } };
  let expected: SidecarFields | undefined;
  try {
    const pod = await dryRunPod(api, namespace, workload.spec.template, ownerIdentity(sample));
    const given = pod.metadata.annotations?.[stampAnnotation];
    about.given = given === undefined ? {} : { stamp: given };
    // another revision's pods are that revision's settings to change
    if (injectingRevision(pod.metadata) === revision) expected = sidecarFields(pod, include);
  } catch (error) {
    if (!(error instanceof ApiError) || isMissingRight(error)) throw error;
    return { ...about, verdict: { is: "unknown", why: error.serverMessage } };
  }
  if (expected === undefined) return { ...about, verdict: { is: "current" } };
  if (planned) expected = predictFields(expected, workload.spec.template, planned);
  const stale: { pod: string; found: Difference[] }[] = [];
  for (const { name } of pods) {
    const pod = await api
      .request<Pod>({
        method: "GET",
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${name}`,
      })
      .catch((error: unknown) => {
        // gone meanwhile; any other answer is no reason to call the workload current
        if (!hasStatus(error, 404)) throw error;
        return undefined;
      });
    const running = pod && !pod.metadata.deletionTimestamp ? sidecarFields(pod, include) : undefined;
    if (!running) continue;
    const found = differences(running, expected);
    if (found.length > 0) stale.push({ pod: name, found });
  }
  const [first] = stale;
  if (!first) return { ...about, verdict: stamped ? { is: "current" } : { is: "masked" } };
  const held = heldReason(workload, strategy);
  if (held) return { ...about, verdict: { is: "held", why: held } };
  // a restart would leave them as they are, which would pass for an injector that lags
  const replaced = stale.filter(({ pod }) => strategy === "evict" || !isBelowPartition(workload, pod));
  const { partition } = workload.spec.updateStrategy?.rollingUpdate ?? {};
  const left = `updateStrategy partition ${partition}: its pods below ${partition} are replaced when deleted`;
  if (replaced.length === 0) return { ...about, verdict: { is: "held", why: left } };
  return {
    ...about,
    verdict: {
      is: "stale",
      stalePods: replaced.length,
      podNames: replaced.map(({ pod }) => pod),
      differences: first.found,
      ...(replaced.length < stale.length ? { left } : {}),
    },
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
  const argoHash = labels?.["rollouts-pod-template-hash"];
  if (controller.kind === "ReplicaSet" && argoHash && controller.name.endsWith(`-${argoHash}`)) {
    return `Rollout/${controller.name.slice(0, -argoHash.length - 1)}`;
  }
  return `${controller.kind}/${controller.name}`;
}

const templateHashes = ["pod-template-hash", "rollouts-pod-template-hash"];

// Istio names the workload on the sidecar after the pod's owner
function ownerIdentity(pod: ObjectMeta) {
  const hashes = Object.entries(pod.labels ?? {}).filter(([name]) => templateHashes.includes(name));
  return {
    ...(pod.ownerReferences ? { ownerReferences: pod.ownerReferences } : {}),
    ...(pod.generateName ? { generateName: pod.generateName } : {}),
    ...(hashes.length > 0 ? { labels: Object.fromEntries(hashes) } : {}),
  };
}
