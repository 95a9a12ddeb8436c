import { isAsWritten } from "../configMap/isAsWritten.js";
import { layersOf } from "../configMap/layersOf.js";
import { canonicalJson } from "../data/canonicalJson.js";
import type { Properties } from "../data/Properties.js";
import { layerAt, targetOf } from "../levels/Layer.js";
import { type InjectorConfigMap, injectorName, lastWriter, whenPutBack, whenWritten } from "./Injector.js";
import { injectorOf, type LayerContent, podContentOf } from "./layerInputs.js";
import { writtenOwnerOf } from "./layerOwner.js";

/**
 * How the injector's layer differs from that of the last `up`; undefined if it doesn't, or if it is already what the program wants.
 * `isLost`: pods still have the settings.
 */
export function describeDrift(
  live: InjectorConfigMap,
  olds: Properties,
  before: LayerContent,
  wanted: LayerContent,
): { sentence: string; isLost: boolean } | undefined {
  const injector = injectorName(injectorOf(olds));
  const layer = layerAt(layersOf(live.data), targetOf(olds));
  if (layer && layer.owner !== writtenOwnerOf(olds)) return undefined;
  if (layer && [before, wanted].some((one) => isSameForPods(one, layer))) {
    if (isAsWritten(live.data)) return undefined;
    // with the time, so that the next upgrade of the package differs from this one, which is in the state
    const sentence = `written in ${injector} by another release of this package (${whenWritten(live)}), or changed there; written again`;
    return { sentence, isLost: false };
  }
  const putBack = whenPutBack(live);
  if (putBack !== undefined) {
    // with the time, so that a second failure differs from the first one, which is in the state
    const sentence = `put back in ${injector} by a rollout that failed (${putBack}); tried again`;
    return { sentence, isLost: false };
  }
  if (layer) return { sentence: `changed by hand in ${injector}`, isLost: true };
  return { sentence: `lost from ${injector}, which ${lastWriter(live)} rewrote`, isLost: true };
}

function isSameForPods(one: LayerContent, other: LayerContent): boolean {
  return canonicalJson(podContentOf(one)) === canonicalJson(podContentOf(other));
}
