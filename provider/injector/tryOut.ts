import { askPlanned } from "../ask/askPlanned.js";
import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { forEachLimit } from "../data/forEachLimit.js";
import type { Layers } from "../levels/Layer.js";
import { previewAnnotation } from "../pod/podAnnotations.js";
import type { InjectorConfigMap } from "./Injector.js";
import type { Refused } from "./Refused.js";
import { type Asked, asksAtOnce } from "./recordBaseline.js";

/**
 * Dry-runs the same pods with the layers about to be written, so that what would be denied is never written. The first layer of a mesh
 * can't be tried: the template that reads planned data comes with it. If it is bad, it is reverted.
 */
export async function tryOut(
  api: KubernetesApi,
  { data }: Pick<InjectorConfigMap, "data">,
  layers: Layers,
  asked: ReadonlyMap<string, Asked>,
): Promise<Refused> {
  const refused: Refused = new Map();
  if (!data.config.includes(previewAnnotation)) return refused;
  const planned = { present: layersOf(data), layers, all: layers, config: data.config };
  const probes = [...asked.values()].flatMap(({ namespace, probes: all }) =>
    all.flatMap(({ probe, before }) => (before.outcome === "injected" ? [{ namespace, probe }] : [])),
  );
  await forEachLimit(probes, asksAtOnce, async ({ namespace, probe }) => {
    if (refused.has(namespace)) return;
    const answer = await askPlanned(api, namespace, probe.template, planned);
    if (answer.is === "refused") refused.set(namespace, `${probe.name}: ${answer.why}`);
  });
  return refused;
}
