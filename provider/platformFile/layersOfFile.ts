import { type Injector, injectorName } from "../injector/Injector.js";
import { contentOf, injectorOf, readLayerInputs, targetOf } from "../injector/layerInputs.js";
import type { Layer } from "../render/compose.js";
import type { GlobalArguments } from "./levelArguments.js";
import type { PlatformFile } from "./PlatformFile.js";

/** The layers that a file brings into one injector. */
export interface InjectorPlan {
  injector: Injector;
  /** Target -> layer, with the file as its owner. */
  layers: Record<string, Layer>;
}

/** The layers of a settings file, by injector; a file without any asks for none of Istio's usual one. */
export function layersOfFile({ global, namespaces, workloads }: PlatformFile, owner: string): InjectorPlan[] {
  const plans = new Map<string, InjectorPlan>();
  const levels: GlobalArguments[] = [
    ...(global ? [global] : []),
    ...Object.values(namespaces),
    ...Object.entries(workloads).map(([workload, args]) => ({ ...args, workload })),
  ];
  const planFor = (injector: Injector): InjectorPlan => {
    const plan = plans.get(injectorName(injector)) ?? { injector, layers: {} };
    plans.set(injectorName(injector), plan);
    return plan;
  };
  for (const args of levels) {
    planFor(injectorOf(args)).layers[targetOf(args)] = { owner, ...contentOf(readLayerInputs(args)) };
  }
  if (plans.size === 0) planFor(injectorOf({}));
  return [...plans.values()];
}
