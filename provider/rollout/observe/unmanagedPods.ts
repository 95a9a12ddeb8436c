import { injectingRevision } from "../../cluster/injectingRevision.js";
import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { argoRollout, workloadKinds } from "../../cluster/workloads.js";
import { stampAnnotation } from "../../pod/podAnnotations.js";
import { type NamespaceSettings, ownerOf, settingsFor } from "./assess.js";

/** Pods with the sidecar of earlier settings that no restart replaces, under what owns them. */
export interface UnmanagedPods {
  namespace: string;
  /** `Job/report`, `Pod/debug`, `ReplicaSet/old`. */
  name: string;
  pods: number;
  podNames: string[];
  why: string;
  /** They name their templates, so that new ones may never get a stamp. */
  namesTemplates?: true;
  /** Of one of the pods. */
  labels?: Readonly<Record<string, string>>;
  /** A pod that nothing owns; the only kind that `deleteBarePods` deletes. */
  bare?: ObjectMeta;
}

/**
 * `managed`: the names of the workloads that were looked at. Pods count when their stamp is another one: without a pod template
 * there is nothing to ask the injector about.
 */
export function unmanagedPods(
  namespace: string,
  pods: readonly ObjectMeta[],
  managed: ReadonlySet<string>,
  settings: NamespaceSettings,
): UnmanagedPods[] {
  const found = new Map<string, UnmanagedPods>();
  for (const pod of pods) {
    const name = ownerOf(pod) ?? `Pod/${pod.name}`;
    if (
      managed.has(name) ||
      injectingRevision(pod) !== settings.revision ||
      pod.annotations?.[stampAnnotation] === settingsFor(settings, pod.labels).stamp
    )
      continue;
    const bare = (pod.ownerReferences ?? []).length === 0;
    const known = found.get(name);
    if (known) {
      known.pods++;
      known.podNames.push(pod.name);
    } else
      found.set(name, {
        namespace,
        name,
        pods: 1,
        podNames: [pod.name],
        ...(pod.annotations?.[templatesAnnotation] === undefined ? {} : { namesTemplates: true }),
        why: reason(name),
        ...(pod.labels ? { labels: pod.labels } : {}),
        ...(bare ? { bare: pod } : {}),
      });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const templatesAnnotation = "inject.istio.io/templates";

/** Whether a controller that we can't restart would replace evicted pods by current ones; a Job would count them as failed. */
export function isEvictable({
  name,
  bare,
  namesTemplates,
}: Pick<UnmanagedPods, "name" | "bare" | "namesTemplates">): boolean {
  const kind = name.split("/")[0] ?? "";
  return (
    bare === undefined && !namesTemplates && kind !== "Job" && kind !== "Pod" && !restartable.includes(kind)
  );
}

const restartable = [...workloadKinds, argoRollout].map(({ kind }) => kind);

function reason(name: string): string {
  const kind = name.split("/")[0] ?? "";
  if (kind === "Job") return "a Job is not restarted: its next run has the settings";
  if (kind === "Pod") return "a bare pod: no controller recreates it; delete and create it yourself";
  if (restartable.includes(kind))
    return `its ${kind} is not there, or may not be listed: delete the pod yourself`;
  return `pods of a ${kind} are replaced with rollout strategy evict, or when you delete them`;
}

export function unmanagedSentence({ pods, why }: Pick<UnmanagedPods, "pods" | "why">): string {
  return `${pods} ${pods === 1 ? "pod" : "pods"} with earlier settings; ${why}`;
}
