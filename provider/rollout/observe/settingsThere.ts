import type { PodTemplate } from "../../cluster/podTemplate.js";
import { installedGlobal } from "../../configMap/compose.js";
import type { InjectorData } from "../../configMap/InjectorData.js";
import { layersOf } from "../../configMap/layersOf.js";
import { getsSettings, templatesAfterSettings } from "../../configMap/podTemplates.js";
import { usesCni } from "../../configMap/usesCni.js";
import { canonicalJson } from "../../data/canonicalJson.js";
import { explainSidecar } from "../../explain/explainSidecar.js";
import { overruledSettings, overruledText } from "../../explain/overruledSettings.js";
import { effectiveValues } from "../../levels/effectiveSettings.js";
import type { Layers } from "../../levels/Layer.js";
import { layersFor, layersNear, workloadLayers } from "../../levels/layersReaching.js";
import { effectiveOf, installedSettings, stampOf } from "../../levels/Profile.js";
import type { SidecarFields } from "../../pod/sidecarFields.js";
import type { CanonicalSettings } from "../../settings/canonicalSettings.js";
import type { NamespaceSettings } from "./Assessment.js";

/** The injector's two texts, parsed once for all namespaces: they are long. */
export interface Current {
  layers: Layers;
  installed: CanonicalSettings;
  /** `data.config`. */
  config: string;
  /** Whether pods have Istio's CNI plugin instead of istio-init. */
  cni: boolean;
}

export function currentSettings(data: InjectorData): Current {
  return {
    layers: layersOf(data),
    installed: installedSettings(installedGlobal(data)),
    config: data.config,
    cni: usesCni(data),
  };
}

/**
 * The settings of a namespace's pods, with the `planned` layers over the present ones. `others`: what the program plans for other targets,
 * whose own rollouts show the effect.
 */
export function settingsThere(
  { layers: written, installed, config }: Current,
  planned: Layers,
  namespace: string,
  revision: string,
  others: Layers = {},
): NamespaceSettings {
  const present = layersNear(namespace, written);
  const layers = layersNear(namespace, present, planned);
  const plannedByOthers = layersNear(namespace, others);
  const all = Object.keys(plannedByOthers).length > 0 ? { ...layers, ...plannedByOthers } : layers;
  const forLabels = (labels: Readonly<Record<string, string>>) => {
    const [now, then] = [present, layers].map((some) => merged(installed, some, namespace, labels));
    const changes = now && then && canonicalJson(now.values) !== canonicalJson(then.values);
    return {
      stamp: then?.stamp,
      planned: changes ? { before: now.values, after: then.values, present, layers, all, config } : undefined,
    };
  };
  const workloads = [present, layers].flatMap((some) => workloadLayers(some, namespace));
  const selecting = new Set(workloads.flatMap(({ picks }) => picks.selector.map(({ key }) => key)));
  const overruled = (made: PodTemplate, shown: SidecarFields) => {
    const explained = explainSidecar(made, { namespace, layers, installed, config });
    const after = templatesAfterSettings(config, made.metadata?.annotations);
    return overruledText(overruledSettings(explained, shown), after);
  };
  return {
    revision,
    overruled,
    getsSettings: (annotations) => getsSettings(config, annotations),
    ...forLabels({}),
    ...(workloads.length > 0 ? { forLabels, selecting } : {}),
  };
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
