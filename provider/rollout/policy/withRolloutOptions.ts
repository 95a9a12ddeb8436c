import type { Layers } from "../../levels/Layer.js";
import { layersNear, workloadLayers } from "../../levels/layersReaching.js";
import { rolloutReaching } from "../../levels/rolloutReaching.js";
import type { NamespaceSettings } from "../observe/Assessment.js";

/** Adds the rollout options that decide how the namespace's pods are compared and replaced. */
export function withRolloutOptions(
  settings: NamespaceSettings,
  levels: Layers,
  namespace: string,
): NamespaceSettings {
  const near = layersNear(namespace, levels);
  const options = (labels: Readonly<Record<string, string>>) => {
    const { restartOn, strategy } = rolloutReaching(near, namespace, labels);
    return { restartOn, strategy };
  };
  const known = { ...settings, ...options({}) };
  if (workloadLayers(near, namespace).length === 0) return known;
  const { forLabels = () => ({ stamp: settings.stamp, planned: settings.planned }) } = settings;
  return { ...known, forLabels: (labels) => ({ ...forLabels(labels), ...options(labels) }) };
}
