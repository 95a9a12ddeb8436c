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
import type { Rollout } from "../../levels/RolloutOptions.js";
import { rolloutReaching } from "../../levels/rolloutReaching.js";
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

/** Layers besides those that the injector has. */
interface OtherLayers {
  /** Over the present ones. */
  planned?: Layers;
  /** What the program plans for other targets, whose own rollouts show the effect. */
  others?: Layers;
  /** Removed in the same `up` or `destroy`: their rollout options still apply. */
  removed?: Layers;
}

/** The settings of a namespace's pods, and how they are compared and replaced. `restartOn`: instead of the levels' own, if there is any. */
export function settingsThere(
  { layers: written, installed, config }: Current,
  namespace: string,
  revision: string,
  { planned = {}, others = {}, removed = {} }: OtherLayers = {},
  restartOn: Rollout["restartOn"] = [],
): NamespaceSettings {
  const present = layersNear(namespace, written);
  const layers = layersNear(namespace, present, planned);
  const plannedByOthers = layersNear(namespace, others);
  const all = Object.keys(plannedByOthers).length > 0 ? { ...layers, ...plannedByOthers } : layers;
  const withRemoved = layersNear(namespace, removed, all);
  const forLabels = (labels: Readonly<Record<string, string>>) => {
    const [now, then] = [present, layers].map((some) => merged(installed, some, namespace, labels));
    const changes = now && then && canonicalJson(now.values) !== canonicalJson(then.values);
    const rollout = rolloutReaching(withRemoved, namespace, labels);
    return {
      stamp: then?.stamp,
      planned: changes ? { before: now.values, after: then.values, present, layers, all, config } : undefined,
      restartOn: restartOn.length > 0 ? restartOn : rollout.restartOn,
      strategy: rollout.strategy,
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
    ...(workloadLayers(withRemoved, namespace).length > 0 ? { forLabels } : {}),
    ...(workloads.length > 0 ? { selecting } : {}),
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
