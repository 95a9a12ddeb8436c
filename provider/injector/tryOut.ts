import { askPlanned, type PlannedLayers } from "../ask/askPlanned.js";
import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { forEachLimit } from "../data/forEachLimit.js";
import type { Layers } from "../levels/Layer.js";
import { previewAnnotation } from "../pod/podAnnotations.js";
import type { InjectorConfigMap } from "./Injector.js";
import type { Refused } from "./Refused.js";
import { type Asked, asksAtOnce } from "./recordBaseline.js";

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

/** Dry-runs the same pods with the planned layers, so that what would be denied is never written. */
export async function tryOut(
  api: KubernetesApi,
  planned: PlannedLayers | undefined,
  asked: ReadonlyMap<string, Asked>,
): Promise<Refused> {
  const refused: Refused = new Map();
  if (!planned) return refused;
  const probes = [...asked.values()].flatMap(({ namespace, probes: all }) =>
    all.flatMap(({ probe, before, admittedWith }) =>
      before.outcome === "injected" && admittedWith !== planned.layers ? [{ namespace, probe }] : [],
    ),
  );
  await forEachLimit(probes, asksAtOnce, async ({ namespace, probe }) => {
    if (refused.has(namespace)) return;
    const answer = await askPlanned(api, namespace, probe.template, planned);
    if (answer.is === "refused") refused.set(namespace, `${probe.name}: ${answer.why}`);
  });
  return refused;
}
