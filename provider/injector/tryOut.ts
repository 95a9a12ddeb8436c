import { askPlanned, type PlannedLayers } from "../ask/askPlanned.js";
import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { forEachLimit } from "../data/forEachLimit.js";
import type { Layers } from "../levels/Layer.js";
import { previewAnnotation } from "../pod/podAnnotations.js";
import type { InjectorConfigMap } from "./Injector.js";
import type { Refused } from "./Refused.js";
import { type Asked, asksAtOnce, triedBy } from "./recordBaseline.js";

/**
 * What a pod can be asked with about the layers that are about to be written. Undefined for the first layer of a mesh, since the template
 * that reads planned data comes with it: if it is bad, it is reverted.
 */
export function plannedLayers(
  { data }: Pick<InjectorConfigMap, "data">,
  layers: Layers,
): PlannedLayers | undefined {
  if (!data.config.includes(previewAnnotation)) return undefined;
  return { present: layersOf(data), layers, all: layers, config: data.config };
}

/** Tries the same pods out with the planned layers, if `recordBaseline` has not yet, so that what would be denied is never written. */
export async function tryOut(
  api: KubernetesApi,
  planned: PlannedLayers | undefined,
  asked: ReadonlyMap<string, Asked>,
): Promise<Refused> {
  const refused: Refused = new Map();
  if (!planned) return refused;
  const probes = [...asked.values()].flatMap(({ namespace, probes: all }) =>
    all.flatMap((about) => (about.before.outcome === "injected" ? [{ namespace, about }] : [])),
  );
  await forEachLimit(probes, asksAtOnce, async ({ namespace, about }) => {
    if (refused.has(namespace)) return;
    const { probe, tried } = about;
    if (tried?.layers !== planned.layers)
      about.tried = triedBy(await askPlanned(api, namespace, probe.template, planned), planned);
    if (about.tried?.refused !== undefined) refused.set(namespace, `${probe.name}: ${about.tried.refused}`);
  });
  return refused;
}
