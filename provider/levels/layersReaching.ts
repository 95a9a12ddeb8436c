import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import {
  globalTarget,
  isWorkloadTarget,
  type Layer,
  type Layers,
  layerAt,
  namespaceOf,
  type PodPicker,
} from "./Layer.js";
import type { ProfileSources } from "./Profile.js";
import { selects } from "./selector.js";

/** The layers that can apply to a namespace's pods, of later sources over earlier ones. A mesh may have thousands for other namespaces. */
export function layersNear(namespace: string, ...sources: readonly Layers[]): Layers {
  const isNear = (target: string) =>
    target === globalTarget || target === namespace || target.startsWith(`${namespace}/`);
  const near: Record<string, Layer> = {};
  for (const layers of sources)
    for (const target of Object.keys(layers).filter(isNear)) near[target] = layers[target] as Layer;
  return near;
}

/** A workload layer with its target. */
type WorkloadLayer = Layer & { target: string; picks: PodPicker };

/** The layers that apply to a pod; workload layers are weakest first. */
export function layersReaching(
  layers: Layers,
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
): { global: Layer | undefined; namespace: Layer | undefined; workloads: WorkloadLayer[] } {
  return {
    global: layerAt(layers, globalTarget),
    namespace: layerAt(layers, namespace),
    workloads: workloadLayers(layers, namespace).filter(({ picks }) => selects(picks.selector, labels)),
  };
}

/** A namespace's workload layers, weakest first. */
export function workloadLayers(layers: Layers, namespace: string): WorkloadLayer[] {
  return Object.entries(layersNear(namespace, layers))
    .flatMap(([target, layer]) => (layer.picks ? [{ ...layer, target, picks: layer.picks }] : []))
    .sort((a, b) => a.picks.priority - b.picks.priority || (a.target < b.target ? -1 : 1));
}

/** Layers' settings by level, for merging. */
type LayeredSettings = Pick<ProfileSources, "global" | "namespace"> & {
  workloads: CanonicalSettings[];
};

/** The settings of the layers that apply to a pod. */
export function layersFor(
  layers: Layers,
  namespace: string,
  labels?: Readonly<Record<string, string>>,
): LayeredSettings {
  return settingsOf(layersReaching(layers, namespace, labels));
}

/** The settings of the layers that apply to a target's pods, ignoring other workload layers that may select them. */
export function layersAt(layers: Layers, target: string): LayeredSettings {
  const workload = isWorkloadTarget(target) ? layerAt(layers, target) : undefined;
  return settingsOf({
    global: layerAt(layers, globalTarget),
    namespace: layerAt(layers, namespaceOf(target) ?? ""),
    workloads: workload ? [workload] : [],
  });
}

function settingsOf({
  global,
  namespace,
  workloads,
}: Partial<Record<"global" | "namespace", Layer | undefined>> & { workloads: Layer[] }): LayeredSettings {
  return {
    ...(global ? { global: global.settings } : {}),
    ...(namespace ? { namespace: namespace.settings } : {}),
    workloads: workloads.map(({ settings }) => settings),
  };
}
