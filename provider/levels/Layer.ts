import { getOwn } from "../data/getOwn.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import type { RolloutOptions } from "./RolloutOptions.js";
import type { Requirement } from "./selector.js";

/** One level's settings for one target, with its owner. */
export interface Layer {
  /** `organization/project/stack:name` of the Pulumi resource; one layer has one owner. */
  owner: string;
  settings: CanonicalSettings;
  /** Of a workload layer: which pods of the namespace it is for. */
  picks?: PodPicker;
  /** How its workloads are rolled out, whoever changes what they get; left out where it says nothing. */
  rollout?: RolloutOptions;
}

/** The pods of a namespace that a workload layer is for, evaluated at injection. */
export interface PodPicker {
  selector: readonly Requirement[];
  /** Where two layers pick a pod, the one with the higher number is the stronger. */
  priority: number;
}

/** Target -> layer. */
export type Layers = Readonly<Record<string, Layer>>;

/** The target of the global layer; a namespace's layer has the namespace's name, a workload layer `namespace/name`. */
export const globalTarget = "*";

/** The target of a resource's properties, or of a component's arguments. */
export function targetOf({ namespace, workload }: Readonly<Record<string, unknown>>): string {
  if (namespace === undefined) return globalTarget;
  return workload === undefined ? String(namespace) : `${namespace}/${workload}`;
}

/** The namespace of a target; undefined for the global one. */
export function namespaceOf(target: string): string | undefined {
  return target === globalTarget ? undefined : target.split("/")[0];
}

export function isWorkloadTarget(target: string): boolean {
  return target.includes("/");
}

/** A target's layer. */
export function layerAt(layers: Layers, target: string): Layer | undefined {
  return getOwn(layers, target);
}
