import { injectingRevision } from "../../cluster/injectingRevision.js";
import { type KubernetesApi, listMetadata, type ObjectMeta, pathIn } from "../../cluster/KubernetesApi.js";
import { restartableKinds } from "../../cluster/workloads.js";
import { count } from "../../data/count.js";
import { grouped } from "../../data/grouped.js";
import { stampAnnotation } from "../../pod/podAnnotations.js";
import { type Assessment, type NamespaceSettings, settingsFor } from "./Assessment.js";
import { ownerOf } from "./ownerOf.js";

/** Pods that have a sidecar with earlier settings and that no restart replaces, by owner. */
export interface UnmanagedPods {
  namespace: string;
  /** `Job/report`, `Pod/debug`, `ReplicaSet/old`. */
  name: string;
  pods: number;
  podNames: string[];
  why: string;
  /** They run to their end: whoever waits for that would count an eviction as a failure. */
  end?: true;
  /** The labels of one of the pods. */
  labels?: Readonly<Record<string, string>>;
  /** A pod without an owner, the only kind that `deleteBarePods` deletes. */
  bare?: ObjectMeta;
}

/**
 * Finds pods of none of the assessed workloads with another stamp than they should have: without a pod template there is nothing to ask the
 * injector about.
 */
export async function unmanagedPods(
  api: KubernetesApi,
  namespace: string,
  pods: readonly ObjectMeta[],
  assessed: readonly Pick<Assessment, "name">[],
  settings: NamespaceSettings,
): Promise<UnmanagedPods[]> {
  const managed = new Set(assessed.map(({ name }) => name));
  const found = stalePods(namespace, pods, managed, settings);
  if (!found.some(isEvictable)) return found;
  const ending = await podsThatEnd(api, namespace);
  return found.map((one) => {
    if (!isEvictable(one) || !one.podNames.some((name) => ending.has(name))) return one;
    const why = `pods of a ${kindOf(one.name)} run to their end: its next run has the settings`;
    return { ...one, end: true, why };
  });
}

/** The names of a namespace's pods that run to completion, as those of Jobs do. */
async function podsThatEnd(api: KubernetesApi, namespace: string): Promise<ReadonlySet<string>> {
  const query = { fieldSelector: "spec.restartPolicy!=Always" };
  const pods = await listMetadata(api, pathIn(namespace, "pods"), query);
  return new Set(pods.map(({ name }) => name));
}

function stalePods(
  namespace: string,
  pods: readonly ObjectMeta[],
  managed: ReadonlySet<string>,
  settings: NamespaceSettings,
): UnmanagedPods[] {
  const nameOf = (pod: ObjectMeta) => ownerOf(pod) ?? `Pod/${pod.name}`;
  const stale = pods.filter(
    (pod) =>
      !managed.has(nameOf(pod)) &&
      injectingRevision(pod) === settings.revision &&
      pod.annotations?.[stampAnnotation] !== settingsFor(settings, pod).stamp &&
      settings.getsSettings?.(pod.annotations) !== false,
  );
  return [...grouped(stale, nameOf)]
    .map(
      ([name, all]): UnmanagedPods => ({
        namespace,
        name,
        pods: all.length,
        podNames: all.map((pod) => pod.name),
        why: reason(name),
        ...(all[0].labels ? { labels: all[0].labels } : {}),
        ...((all[0].ownerReferences ?? []).length === 0 ? { bare: all[0] } : {}),
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether their controller, which we can't restart, would replace evicted pods by current ones. */
export function isEvictable({ name, end }: Pick<UnmanagedPods, "name" | "end">): boolean {
  const kind = kindOf(name);
  return !end && kind !== "Job" && kind !== "Pod" && !restartable.includes(kind);
}

const restartable = restartableKinds.map(({ kind }) => kind);

function kindOf(name: string): string {
  return name.split("/")[0] ?? "";
}

function reason(name: string): string {
  const kind = kindOf(name);
  if (kind === "Job") return "a Job is not restarted: its next run has the settings";
  if (kind === "Pod") return "a bare pod: no controller recreates it; delete and create it yourself";
  if (restartable.includes(kind))
    return `its ${kind} is not there, or may not be listed: delete the pod yourself`;
  return `pods of a ${kind} are replaced with rollout strategy evict, or when you delete them`;
}

export function unmanagedSentence({ pods, why }: Pick<UnmanagedPods, "pods" | "why">): string {
  return `${count(pods, "pod")} with earlier settings; ${why}`;
}
