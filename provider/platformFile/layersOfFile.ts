import { type Injector, injectorName } from "../injector/Injector.js";
import { injectorOf, readLayerInputs } from "../injector/layerInputs.js";
import { globalTarget, type Layer } from "../render/compose.js";
import type { GlobalArguments } from "./levelArguments.js";
import type { PlatformFile } from "./PlatformFile.js";

/** The layers that a file brings into one injector. */
export interface InjectorPlan {
  injector: Injector;
  /** Target -> layer, with the file as its owner. */
  layers: Record<string, Layer>;
}

/** The layers of a settings file, by injector; a file without any asks for none of Istio's usual one. */
export function layersOfFile({ global, namespaces }: PlatformFile, owner: string): InjectorPlan[] {
  const plans = new Map<string, InjectorPlan>();
  const levels: [string, GlobalArguments][] = [
    ...(global ? [[globalTarget, global] as [string, GlobalArguments]] : []),
    ...Object.entries(namespaces),
  ];
  const planFor = (injector: Injector): InjectorPlan => {
    const plan = plans.get(injectorName(injector)) ?? { injector, layers: {} };
    plans.set(injectorName(injector), plan);
    return plan;
  };
  for (const [target, args] of levels) {
    planFor(injectorOf(args)).layers[target] = { owner, settings: readLayerInputs(args).settings };
  }
  if (plans.size === 0) planFor(injectorOf({}));
  return [...plans.values()];
}
