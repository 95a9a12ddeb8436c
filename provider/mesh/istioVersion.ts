import type { InjectorData } from "../render/InjectorData.js";
import { yamlData } from "../render/spliceMap.js";
import { valueAt } from "../settings/canonicalSettings.js";

/** The version of the sidecars that an injector gives, as its Helm values name it: `1.31.0`. */
export function istioVersion({ values }: Pick<InjectorData, "values">): string | undefined {
  let read: unknown;
  try {
    read = yamlData(values, "data.values");
  } catch {
    return undefined;
  }
  const image = valueAt(read, ["global", "proxy", "image"]);
  const tagged = typeof image === "string" ? /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1] : undefined;
  const tag = tagged ?? valueAt(read, ["global", "tag"]);
  return typeof tag === "string" || typeof tag === "number" ? String(tag) : undefined;
}
