import { yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import type { InjectorData } from "./InjectorData.js";
import { sidecarTemplate } from "./sidecarTemplate.js";

/** Whether Istio's CNI plugin sets up the capture of traffic, on the pod's node, instead of the pod's istio-init. */
export function usesCni({ config, values }: InjectorData): boolean {
  // the value has another name in older releases, and charts that read one may still accept the other
  const [, read] =
    /\.Values\.((?:pilot\.cni|istio_cni)\.enabled)\b/.exec(sidecarTemplate(config) ?? "") ?? [];
  return read !== undefined && valueAt(yamlData(values, "data.values"), read.split(".")) === true;
}
