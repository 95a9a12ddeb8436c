import { type Injector, injectorName } from "../injector/Injector.js";
import { contentOf, injectorOf, readLayerInputs } from "../injector/layerInputs.js";
import { type Layer, targetOf } from "../levels/Layer.js";
import { levelsInWaves, type PlannedLevel } from "./levelsInWaves.js";
import type { PlatformFile } from "./PlatformFile.js";

/** A file's layers for one injector. */
interface InjectorPlan {
  injector: Injector;
  /** Target -> layer, with the file as its owner. */
  layers: Record<string, Layer>;
}

/** A settings file's layers by injector. A file without any has an empty plan for the default injector. */
export function layersOfFile(file: PlatformFile, ownerOf: (level: PlannedLevel) => string): InjectorPlan[] {
  const plans = new Map<string, InjectorPlan>();
  const planFor = (injector: Injector): InjectorPlan => {
    const plan = plans.get(injectorName(injector)) ?? { injector, layers: {} };
    plans.set(injectorName(injector), plan);
    return plan;
  };
  for (const level of levelsInWaves(file).flat()) {
    const properties = level.is === "workload" ? { ...level.args, workload: level.name } : level.args;
    planFor(injectorOf(properties)).layers[targetOf(properties)] = {
      owner: ownerOf(level),
      ...contentOf(readLayerInputs(properties)),
    };
  }
  if (plans.size === 0) planFor(injectorOf({}));
  return [...plans.values()];
}
