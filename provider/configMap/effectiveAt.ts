import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import { type Layers, namespaceOf } from "../levels/Layer.js";
import { layersAt, layersNear } from "../levels/layersReaching.js";
import { effectiveOf, installedSettings } from "../levels/Profile.js";
import { installedGlobal } from "./compose.js";
import type { InjectorData } from "./InjectorData.js";
import { layersOf } from "./layersOf.js";

/** The settings of a target's pods, from the injector's layers and Istio's installation. `planned`: layers that replace those in the injector. */
export function effectiveAt(
  data: Pick<InjectorData, "values">,
  target: string,
  planned: Layers = {},
): EffectiveSettings {
  const layers = layersNear(namespaceOf(target) ?? "", layersOf(data), planned);
  return effectiveOf({ installed: installedSettings(installedGlobal(data)), ...layersAt(layers, target) });
}
