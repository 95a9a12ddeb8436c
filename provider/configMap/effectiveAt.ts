import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import type { Layers } from "../levels/Layer.js";
import { layersAt } from "../levels/layersReaching.js";
import { effectiveOf, installedSettings } from "../levels/Profile.js";
import { installedGlobal } from "./compose.js";
import type { InjectorData } from "./InjectorData.js";
import { layersOf } from "./layersOf.js";

/** What a target's pods get of the injector's levels and of Istio's installation. `planned`: layers that take the place of those there. */
export function effectiveAt(
  data: Pick<InjectorData, "values">,
  target: string,
  planned: Layers = {},
): EffectiveSettings {
  const layers = { ...layersOf(data), ...planned };
  return effectiveOf({ installed: installedSettings(installedGlobal(data)), ...layersAt(layers, target) });
}
