import { dryRunPod } from "../cluster/dryRunPod.js";
import { defaultRevision, injectingRevision } from "../cluster/injectingRevision.js";
import {
  ApiError,
  type KubernetesApi,
  listMetadata,
  type ObjectMeta,
  pathIn,
} from "../cluster/KubernetesApi.js";
import { valueAt } from "../data/valueAt.js";
import { parseSelector, selectorText } from "../levels/selector.js";
import type { FoundTemplate } from "./findPodTemplate.js";

/** The injector responsible for a pod or a workload's pods. */
type FoundSidecar =
  | { revision: string; pods: readonly ObjectMeta[]; note?: string }
  /** Why settings have no effect. */
  | { none: string };

/** Judges by the running pods, or, if a workload has none, by the pod that it would get. */
export async function findSidecar(api: KubernetesApi, found: FoundTemplate): Promise<FoundSidecar> {
  const pods = await podsOf(api, found);
  const injected = pods.filter((pod) => injectingRevision(pod) !== undefined);
  const newest = [...injected].sort((a, b) => (created(a) < created(b) ? 1 : -1))[0];
  const revision = newest && injectingRevision(newest);
  if (revision !== undefined) return { revision, pods: injected };
  const without = "its pods have no sidecar";
  if (found.live !== undefined && found.name.startsWith("Pod/")) return { none: "it has no sidecar" };
  const next = await nextPod(api, found);
  if ("unknown" in next)
    return pods.length > 0
      ? { none: without }
      : {
          revision: defaultRevision,
          pods: [],
          note: `it can't be told whether its pods get a sidecar: ${next.unknown}`,
        };
  if (next.revision === undefined)
    return { none: pods.length > 0 ? without : "its pods would have no sidecar" };
  const since = "its pods have no sidecar yet: they are older than the injection";
  return { revision: next.revision, pods: [], ...(pods.length > 0 ? { note: since } : {}) };
}

/** The revision that would inject the next pod, if any, or why nobody can say. */
async function nextPod(
  api: KubernetesApi,
  { namespace, template, made = template }: FoundTemplate,
): Promise<{ revision: string | undefined } | { unknown: string }> {
  try {
    const pod = await dryRunPod(api, namespace, made);
    return { revision: injectingRevision(pod.metadata) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // a webhook's answer may have several lines
    return { unknown: error.serverMessage.replace(/\s+/g, " ") };
  }
}

async function podsOf(api: KubernetesApi, { name, namespace, live }: FoundTemplate): Promise<ObjectMeta[]> {
  if (live === undefined) return [];
  if (name.startsWith("Pod/")) return [valueAt(live, ["metadata"]) as ObjectMeta];
  const selector = selectorText(parseSelector(valueAt(live, ["spec", "selector"])).value);
  if (selector === "") return [];
  const pods = await listMetadata(api, pathIn(namespace, "pods"), {
    fieldSelector: "status.phase!=Succeeded,status.phase!=Failed",
    labelSelector: selector,
  });
  return pods.filter(({ deletionTimestamp }) => !deletionTimestamp);
}

function created(pod: ObjectMeta): string {
  return pod.creationTimestamp ?? "";
}
