import { effectiveValues } from "../levels/effectiveSettings.js";
import type { Layers } from "../render/Layer.js";
import { layersFor, workloadLayers } from "../render/layersReaching.js";
import { canonicalJson, effectiveOf, stampOf } from "../render/Profile.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import type { NamespaceSettings } from "./assess.js";

/** What the injector's texts say, read once for all namespaces: they are long. */
export interface Current {
  layers: Layers;
  installed: CanonicalSettings;
}

/** What pods of a namespace get, with these layers in place of those that are there. */
export function settingsThere(
  { layers, installed }: Current,
  planned: Layers,
  namespace: string,
  revision: string,
): NamespaceSettings {
  const after = { ...layers, ...planned };
  const forLabels = (labels: Readonly<Record<string, string>>) => {
    const [is, willBe] = [layers, after].map((all) => merged(installed, all, namespace, labels));
    const changes = is && willBe && canonicalJson(is.values) !== canonicalJson(willBe.values);
    return {
      stamp: willBe?.stamp,
      planned: changes ? { before: is.values, after: willBe.values } : undefined,
    };
  };
  const picky = [layers, after].some((all) => workloadLayers(all, namespace).length > 0);
  return { revision, ...forLabels({}), ...(picky ? { forLabels } : {}) };
}

function merged(
  installed: CanonicalSettings,
  layers: Layers,
  namespace: string,
  labels: Readonly<Record<string, string>>,
) {
  const reaching = layersFor(layers, namespace, labels);
  return {
    values: effectiveValues(effectiveOf({ installed, ...reaching })),
    stamp: stampOf(reaching),
  };
}
