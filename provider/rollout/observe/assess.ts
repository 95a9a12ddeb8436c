import { type KubernetesApi, listKept, type ObjectMeta, pathIn } from "../../cluster/KubernetesApi.js";
import type { Container, Pod, PodSpec } from "../../cluster/podTemplate.js";
import { restartableKinds, workloadName, workloadsOf } from "../../cluster/workloads.js";
import { forEachLimit } from "../../data/forEachLimit.js";
import { grouped } from "../../data/grouped.js";
import type { Assessment, NamespaceSettings } from "./Assessment.js";
import { assessWorkload } from "./assessWorkload.js";
import { ownerOf } from "./ownerOf.js";

const dryRunsAtOnce = 8;

/**
 * Assesses every workload of a namespace that owns pods with a sidecar: do they match what the injector gives now? `isReached`: whether
 * pods with these labels matter.
 */
export async function assessNamespace(
  api: KubernetesApi,
  namespace: string,
  metadata: readonly ObjectMeta[],
  settings: NamespaceSettings,
  isReached: (pod: Pick<ObjectMeta, "labels">) => boolean = () => true,
): Promise<Assessment[]> {
  const owned = grouped(metadata, (pod) => ownerOf(pod) ?? "");
  owned.delete("");
  if (owned.size === 0) return [];
  const kinds = restartableKinds.filter(({ kind }) =>
    [...owned.keys()].some((owner) => owner.startsWith(`${kind}/`)),
  );
  const workloads = (await workloadsOf(api, namespace, kinds)).filter((workload) =>
    owned.has(workloadName(workload)),
  );
  const runningPods = once(() => podsByName(api, namespace));
  const assessments: Assessment[] = [];
  await forEachLimit(workloads, dryRunsAtOnce, async (workload) => {
    const all = owned.get(workloadName(workload)) ?? [];
    // a label that somebody took off a running pod is on the next one again
    const isNextReached = isReached(workload.spec.template.metadata ?? {});
    const pods = isNextReached ? all : all.filter(isReached);
    if (pods.length > 0)
      assessments.push(await assessWorkload(api, namespace, workload, pods, settings, runningPods));
  });
  return assessments.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The namespace's pods, as far as they are compared: one list call, however many workloads there are. */
async function podsByName(api: KubernetesApi, namespace: string): Promise<Map<string, Pod>> {
  // the pods of one workload are alike, and a large mesh's would fill the memory one by one
  const specs = new Map<string, PodSpec>();
  const byName = ({ metadata: { name, deletionTimestamp }, spec }: Pod): [string, Pod][] => {
    const compared = comparedPart(spec);
    const text = JSON.stringify(compared);
    const shared = specs.get(text) ?? compared;
    specs.set(text, shared);
    return [
      [name, { metadata: { name, ...(deletionTimestamp ? { deletionTimestamp } : {}) }, spec: shared }],
    ];
  };
  return new Map(await listKept(api, pathIn(namespace, "pods"), byName));
}

/** Without what differs from pod to pod, such as the node and the volume of the token. */
function comparedPart({ containers, initContainers = [], overhead }: PodSpec): PodSpec {
  const withoutMounts = ({ volumeMounts: _, ...container }: Container) => container;
  return {
    containers: containers.map(withoutMounts),
    initContainers: initContainers.map(withoutMounts),
    overhead,
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
