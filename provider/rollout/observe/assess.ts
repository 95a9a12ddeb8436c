import { type KubernetesApi, listKept, type ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Pod } from "../../cluster/podTemplate.js";
import { restartableKinds, workloadName, workloadsOf } from "../../cluster/workloads.js";
import { forEachLimit } from "../../data/forEachLimit.js";
import type { Assessment, NamespaceSettings } from "./Assessment.js";
import { assessWorkload } from "./assessWorkload.js";
import { ownerOf } from "./ownerOf.js";

const dryRunsAtOnce = 8;

/** Assesses every workload of a namespace that owns pods with a sidecar: do they match what the injector gives now? */
export async function assessNamespace(
  api: KubernetesApi,
  namespace: string,
  metadata: readonly ObjectMeta[],
  settings: NamespaceSettings,
): Promise<Assessment[]> {
  const owned = new Map<string, ObjectMeta[]>();
  for (const pod of metadata) {
    const owner = ownerOf(pod);
    if (!owner) continue;
    const known = owned.get(owner);
    if (known) known.push(pod);
    else owned.set(owner, [pod]);
  }
  if (owned.size === 0) return [];
  const kinds = restartableKinds.filter(({ kind }) =>
    [...owned.keys()].some((owner) => owner.startsWith(`${kind}/`)),
  );
  const workloads = (await workloadsOf(api, namespace, kinds)).filter((workload) =>
    owned.has(workloadName(workload)),
  );
  const podsInFull = once(() => podsByName(api, namespace));
  const assessments: Assessment[] = [];
  await forEachLimit(workloads, dryRunsAtOnce, async (workload) => {
    const pods = owned.get(workloadName(workload)) ?? [];
    assessments.push(await assessWorkload(api, namespace, workload, pods, settings, podsInFull));
  });
  return assessments.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The namespace's pods in full: one list call, however many workloads are compared. */
async function podsByName(api: KubernetesApi, namespace: string): Promise<Map<string, Pod>> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return new Map(await listKept(api, path, byName));
}

/** Without its status and its fields' managers, which nobody reads here and which are most of it. */
function byName({ metadata: { managedFields: _, ...metadata }, spec }: Pod): [string, Pod][] {
  return [[metadata.name, { metadata, spec }]];
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
