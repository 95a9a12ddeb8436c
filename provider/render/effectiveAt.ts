import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import { installedGlobal } from "./compose.js";
import type { InjectorData } from "./InjectorData.js";
import type { Layers } from "./Layer.js";
import { layersOf } from "./layersOf.js";
import { layersAt } from "./layersReaching.js";
import { effectiveOf, installedSettings } from "./Profile.js";

/** What a target's pods get of the injector's levels and of Istio's installation. `planned`: layers that take the place of those there. */
export function effectiveAt(
  data: Pick<InjectorData, "values">,
  target: string,
  planned: Layers = {},
): EffectiveSettings {
  const layers = { ...layersOf(data), ...planned };
  return effectiveOf({ installed: installedSettings(installedGlobal(data)), ...layersAt(layers, target) });
}
