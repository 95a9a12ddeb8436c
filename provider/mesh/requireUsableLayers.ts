import { compose } from "../configMap/compose.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import { InjectorRefusal } from "../configMap/InjectorRefusal.js";
import { SettingsError } from "../data/problem.js";
import { requireValidLayer } from "../injector/requireValidLayer.js";
import type { Layers } from "../levels/Layer.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";

/** Throws everything that `pulumi up` would refuse about these layers on this injector, in one error. */
export function requireUsableLayers(
  data: InjectorData,
  layers: Layers,
  targets: readonly string[],
  installed: CanonicalSettings,
): void {
  const checks = [
    ...targets.map((target) => () => requireValidLayer(target, layers, installed)),
    () => {
      compose(data, layers);
    },
  ];
  const refusals = checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (!(error instanceof InjectorRefusal || error instanceof SettingsError)) throw error;
      return [error.message];
    }
  });
  // two layers that conflict are refused from both sides
  if (refusals.length > 0) throw new InjectorRefusal([...new Set(refusals)].join("\n"));
}
