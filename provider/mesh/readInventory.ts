import { injectedPods } from "../cluster/injectedPods.js";
import { hasStatus, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import { workloadName, workloadsOf } from "../cluster/workloads.js";
import { layersOf } from "../configMap/layersOf.js";
import { globalTarget, layerAt } from "../levels/Layer.js";
import { ownerOf } from "../rollout/observe/ownerOf.js";
import { findInjectors } from "./findInjectors.js";
import type { Custom, Inventory, NamespaceInventory } from "./Inventory.js";
import type { Scope } from "./readMeshStatus.js";

/** The kinds with sidecar settings; their groups and versions are looked up in the cluster. */
const asmKind = "ASMCustomProxyConfigInjectionTemplate";
const proxyConfigKind = "ProxyConfig";
/** Other projects have kinds of that name. */
const istioGroup = "networking.istio.io";

/** Reads a cluster's other sidecar configuration. Read-only. */
export async function readInventory(api: KubernetesApi, scope: Scope): Promise<Inventory> {
  const { found, unread } = await findInjectors(api, scope.injectorNamespace, scope.revision);
  const notes = unread.map(({ says }) => says);
  const pods = await injectedPods(api, scope.namespace);
  const custom = await customObjects(api, notes);
  const names = new Set([...pods.keys(), ...custom.map(({ namespace }) => namespace)]);
  const namespaces: NamespaceInventory[] = [];
  for (const name of [...names].sort()) {
    if (scope.namespace !== undefined && name !== scope.namespace && name !== scope.injectorNamespace)
      continue;
    const owners = new Set((pods.get(name) ?? []).map((pod) => ownerOf(pod)));
    const workloads = owners.size === 0 ? [] : await workloadsOf(api, name);
    // settings in Istio's own namespace apply to the whole mesh
    const target = name === scope.injectorNamespace ? globalTarget : name;
    const owner = found
      .map(({ configMap }) => layerAt(layersOf(configMap.data), target)?.owner)
      .find(Boolean);
    const here = custom.filter(({ namespace }) => namespace === name).map(({ object }) => object);
    namespaces.push({
      name,
      ...(owner === undefined ? {} : { owner }),
      workloads: workloads
        .filter((workload) => owners.has(workloadName(workload)))
        .map((workload) => ({
          name: workloadName(workload),
          annotations: workload.spec.template.metadata?.annotations ?? {},
        })),
      asmTemplates: here.filter(({ kind }) => kind === asmKind),
      proxyConfigs: here.filter(({ kind }) => kind === proxyConfigKind),
    });
  }
  return { rootNamespace: scope.injectorNamespace, namespaces, notes };
}

interface Definition {
  spec: {
    group: string;
    names: { kind: string; plural: string };
    versions: { name: string; served: boolean; storage: boolean }[];
  };
}

async function customObjects(
  api: KubernetesApi,
  notes: string[],
): Promise<{ namespace: string; object: Custom }[]> {
  const definitions = await listed<Definition>(
    api,
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    notes,
  );
  const found: { namespace: string; object: Custom }[] = [];
  const isRead = ({ group, names }: Definition["spec"]) =>
    names.kind === asmKind || (names.kind === proxyConfigKind && group === istioGroup);
  for (const { spec } of definitions.filter((definition) => isRead(definition.spec))) {
    const served = spec.versions.filter((version) => version.served);
    const version = served.find(({ storage }) => storage) ?? served[0];
    if (!version) continue;
    const path = `/apis/${spec.group}/${version.name}/${spec.names.plural}`;
    for (const { metadata, spec: content = {} } of await listed<{
      metadata: ObjectMeta & { creationTimestamp?: string };
      spec?: Record<string, unknown>;
    }>(api, path, notes)) {
      found.push({
        namespace: metadata.namespace ?? "",
        object: {
          kind: spec.names.kind,
          name: metadata.name,
          created: metadata.creationTimestamp ?? "",
          spec: content,
        },
      });
    }
  }
  return found;
}

async function listed<Item>(api: KubernetesApi, path: string, notes: string[]): Promise<Item[]> {
  try {
    return await listAll<Item>(api, path);
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    notes.push(`not checked: ${error.serverMessage}`);
    return [];
  }
}
