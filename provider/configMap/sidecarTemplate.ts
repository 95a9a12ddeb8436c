import { memoize } from "../data/memoize.js";
import { yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import { istioTemplate } from "./aliases.js";

/** Istio's own `sidecar` template in `data.config`; undefined if there is none. */
export const sidecarTemplate = memoize((config: string): string | undefined => {
  const template = valueAt(yamlData(config, "data.config"), ["templates", istioTemplate]);
  return typeof template === "string" ? template : undefined;
});
