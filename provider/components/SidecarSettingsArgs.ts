import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/KubernetesApi.js";
import type { RolloutOptions } from "../levels/RolloutOptions.js";
import type { LabelSelector } from "../levels/selector.js";
import type { SidecarSettings } from "../settings/SidecarSettings.js";

/** Plain data, any part of which may be an output of another resource. */
export type DeepInput<Data> = pulumi.Input<
  Data extends string | number | boolean
    ? Data
    : Data extends (infer Item)[]
      ? DeepInput<Item>[]
      : Data extends object
        ? { [Key in keyof Data]: DeepInput<Exclude<Data[Key], undefined>> | undefined }
        : Data
>;

/** Which Istio, in which cluster. */
export interface CommonArgs {
  /** Where istiod runs, and its revision. Default: istio-system, no revision. */
  injector?: { namespace?: string; revision?: string };
  /** Default: the kubeconfig and context of the component's Kubernetes provider, the stack's `kubernetes:context`, then KUBECONFIG. */
  cluster?: ClusterAccess;
  /** How workloads are restarted. Default: three workloads at once, stop at the first failure. */
  rollout?: RolloutOptions;
  /** How long the injector may take to apply new settings. Default: 300s, since some installations mount the ConfigMap as files. */
  injectorTimeout?: string | number;
}

/** The arguments of a component that takes this data, each of which may be an output. */
export type InputsOf<Data> = { [Key in keyof Data]?: DeepInput<Exclude<Data[Key], undefined>> };

/** Settings for all namespaces of the mesh. */
export interface GlobalSidecarSettingsArgs extends InputsOf<SidecarSettings>, InputsOf<CommonArgs> {}

/** Settings for some workloads of a namespace. */
export interface WorkloadSidecarSettingsArgs extends InputsOf<SidecarSettings>, InputsOf<CommonArgs> {
  /** The namespace of the pods. Changing it moves the settings. */
  namespace: pulumi.Input<string>;
  /** The pods' labels, as in a Deployment's selector. Evaluated when a pod is created. ASM: `workloadSelector`. */
  selector: DeepInput<LabelSelector>;
  /**
   * If several workload settings of a namespace match a pod, the higher number wins; equal numbers are refused.
   * Default: 0.
   */
  priority?: pulumi.Input<number>;
  /** Its name, unique among all workload settings of the namespace, no matter who manages them. Default: the resource's name. */
  workloadName?: pulumi.Input<string>;
}

/** Settings for one namespace. */
export interface NamespaceSidecarSettingsArgs extends InputsOf<SidecarSettings>, InputsOf<CommonArgs> {
  /** The namespace. Changing it moves the settings. */
  namespace: pulumi.Input<string>;
  /**
   * Whether the effective settings are published as ConfigMap `sidecar-settings` in the namespace, for teams without access
   * to Istio's. Plain, since it determines whether a resource is created. Default: true.
   */
  publish?: boolean;
}
