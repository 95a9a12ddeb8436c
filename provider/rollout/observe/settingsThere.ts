import type { PodTemplate } from "../../cluster/podTemplate.js";
import { installedGlobal } from "../../configMap/compose.js";
import type { InjectorData } from "../../configMap/InjectorData.js";
import { layersOf } from "../../configMap/layersOf.js";
import { templatesAfterSettings } from "../../configMap/podTemplates.js";
import { canonicalJson } from "../../data/canonicalJson.js";
import { explainSidecar } from "../../explain/explainSidecar.js";
import { overruledSettings, overruledText } from "../../explain/overruledSettings.js";
import { effectiveValues } from "../../levels/effectiveSettings.js";
import type { Layers } from "../../levels/Layer.js";
import { layersFor, workloadLayers } from "../../levels/layersReaching.js";
import { effectiveOf, installedSettings, stampOf } from "../../levels/Profile.js";
import type { SidecarFields } from "../../pod/sidecarFields.js";
import type { CanonicalSettings } from "../../settings/canonicalSettings.js";
import type { NamespaceSettings } from "./assess.js";

/** What the injector's texts say, read once for all namespaces: they are long. */
export interface Current {
  layers: Layers;
  installed: CanonicalSettings;
  /** `data.config`. */
  config: string;
}

export function currentSettings(data: InjectorData): Current {
  return {
    layers: layersOf(data),
    installed: installedSettings(installedGlobal(data)),
    config: data.config,
  };
}

/**
 * What pods of a namespace get, with `planned` in place of the layers that are there. `others`: what the program plans for other
 * targets, whose own rollouts show what it does.
 */
export function settingsThere(
  { layers: present, installed, config }: Current,
  planned: Layers,
  namespace: string,
  revision: string,
  others: Layers = {},
): NamespaceSettings {
  const layers = { ...present, ...planned };
  const all = Object.keys(others).length > 0 ? { ...layers, ...others } : layers;
  const forLabels = (labels: Readonly<Record<string, string>>) => {
    const [is, willBe] = [present, layers].map((some) => merged(installed, some, namespace, labels));
    const changes = is && willBe && canonicalJson(is.values) !== canonicalJson(willBe.values);
    return {
      stamp: willBe?.stamp,
      planned: changes
        ? { before: is.values, after: willBe.values, present, layers, all, config }
        : undefined,
    };
  };
  const picky = [present, layers].some((some) => workloadLayers(some, namespace).length > 0);
  const overruled = (made: PodTemplate, shown: SidecarFields) => {
    const explained = explainSidecar(made, { namespace, layers, installed, config });
    const after = templatesAfterSettings(config, made.metadata?.annotations);
    return overruledText(overruledSettings(explained, shown), after);
  };
  return { revision, overruled, ...forLabels({}), ...(picky ? { forLabels } : {}) };
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
