import { requireValidLayer } from "../injector/requireValidLayer.js";
import { compose } from "../render/compose.js";
import type { InjectorData } from "../render/InjectorData.js";
import { InjectorRefusal } from "../render/InjectorRefusal.js";
import type { Layers } from "../render/Layer.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { SettingsError } from "../settings/problem.js";

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
