import { effectiveAt } from "../configMap/effectiveAt.js";
import { layersOf } from "../configMap/layersOf.js";
import { effectiveValues } from "../levels/effectiveSettings.js";
import { layersAt } from "../levels/layersReaching.js";
import { stampOf } from "../levels/Profile.js";
import { nested } from "../settings/canonicalSettings.js";
import type { InjectorConfigMap } from "./Injector.js";

/** A layer's outputs: the stamp, and each effective value with its source. */
export function layerOutcome({ data, metadata }: InjectorConfigMap, target: string) {
  const effective = effectiveAt(data, target);
  return {
    stamp: stampOf(layersAt(layersOf(data), target)) ?? "",
    effective: nested(effectiveValues(effective)),
    sources: Object.fromEntries(Object.entries(effective).map(([path, { source }]) => [path, source])),
    configMap: `${metadata.namespace}/${metadata.name}`,
  };
}

export const outcomeNames = [
  "stamp",
  "effective",
  "sources",
  "configMap",
] as const satisfies (keyof ReturnType<typeof layerOutcome>)[];
