import { getOwn } from "../data/getOwn.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { memoize } from "../data/memoize.js";
import type { Layer, Layers, PodPicker } from "../levels/Layer.js";
import type { InjectorData } from "./InjectorData.js";
import { changedByHand, mostValues, storedData } from "./StoredData.js";

/** The layers in the ConfigMap; empty if it has no data of ours. */
export function layersOf({ values }: Pick<InjectorData, "values">): Layers {
  return layersIn(values);
}

const layersIn = memoize((values): Layers => {
  const stored = storedData({ values });
  if (!stored) return {};
  return Object.fromEntries(
    Object.entries(stored.layers).map(([target, { owner, settings, picks, rollout }]) => {
      const found = getOwn(stored.settings, settings);
      if (!found) throw new InjectorRefusal(changedByHand(`settings ${settings} of ${target} are gone`));
      const layer: Layer = {
        owner,
        settings: found,
        ...(picks ? { picks: picks as PodPicker } : {}),
        ...(rollout ? { rollout } : {}),
      };
      return [target, layer];
    }),
  );
}, mostValues);
