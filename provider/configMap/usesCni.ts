import { memoize } from "../data/memoize.js";
import { yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import { istioTemplate } from "./aliases.js";
import type { InjectorData } from "./InjectorData.js";
import { refusingUnreadable } from "./InjectorRefusal.js";

/** Whether Istio's CNI plugin sets up the capture of traffic, on the pod's node, instead of the pod's istio-init. */
export function usesCni({ config, values }: InjectorData): boolean {
  return refusingUnreadable(() => {
    const read = valueRead(config);
    return read !== undefined && valueAt(yamlData(values, "data.values"), read) === true;
  });
}

// the value has another name up to 1.21, and newer charts still accept the old one, without effect
const valueRead = memoize((config: string): readonly string[] | undefined => {
  const template = valueAt(yamlData(config, "data.config"), ["templates", istioTemplate]);
  return /\.Values\.((?:pilot\.cni|istio_cni)\.enabled)\b/.exec(String(template))?.[1]?.split(".");
});
