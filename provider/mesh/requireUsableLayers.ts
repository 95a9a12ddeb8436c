import { compose } from "../configMap/compose.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { SettingsError } from "../data/problem.js";
import { requireValidLayer } from "../injector/requireValidLayer.js";
import type { Layers } from "../levels/Layer.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";

/** Throws one error with everything for which `pulumi up` would refuse these layers on this injector. */
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
  // conflicting layers are refused from both sides
  if (refusals.length > 0) throw new InjectorRefusal([...new Set(refusals)].join("\n"));
}
