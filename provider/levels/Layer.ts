import { getOwn } from "../data/getOwn.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import type { RolloutOptions } from "./RolloutOptions.js";
import type { Requirement } from "./selector.js";

/** One level's settings for one target, with its owner. */
export interface Layer {
  /** `organization/project/stack:name` of the Pulumi resource. A layer has exactly one owner. */
  owner: string;
  settings: CanonicalSettings;
  /** For a workload layer: the pods of the namespace that it applies to. */
  picks?: PodPicker;
  /** How its workloads are rolled out, no matter which level changed. Left out if no option is set. */
  rollout?: RolloutOptions;
}

/** Selects the pods of a namespace that a workload layer applies to, evaluated at injection. */
export interface PodPicker {
  selector: readonly Requirement[];
  /** If several layers select a pod, those with higher numbers win. */
  priority: number;
}

/** Target -> layer. */
export type Layers = Readonly<Record<string, Layer>>;

/** The target of the global layer. A namespace layer's is the namespace's name, a workload layer's `namespace/name`. */
export const globalTarget = "*";

/** The target of a resource's properties, or of a component's arguments. */
export function targetOf({ namespace, workload }: Readonly<Record<string, unknown>>): string {
  if (namespace === undefined) return globalTarget;
  return workload === undefined ? String(namespace) : `${namespace}/${workload}`;
}

/** The namespace of a target; undefined for the global target. */
export function namespaceOf(target: string): string | undefined {
  return target === globalTarget ? undefined : target.split("/")[0];
}

export function isWorkloadTarget(target: string): boolean {
  return target.includes("/");
}

export function layerAt(layers: Layers, target: string): Layer | undefined {
  return getOwn(layers, target);
}
