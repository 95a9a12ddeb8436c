import * as pulumi from "@pulumi/pulumi";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { layerAndRollout, withSealedKubeconfig } from "./layerAndRollout.js";
import { requireKnownKeys } from "./requireKnownKeys.js";
import type { WorkloadSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/**
 * Sidecar settings for the pods of a namespace that a label selector picks, those created later too. Stronger than the
 * namespace's, weaker than a pod's own annotations.
 */
export class WorkloadSidecarSettings extends pulumi.ComponentResource {
  /** Settings after merging with the weaker levels, for pods that no other workload settings pick. */
  readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> the level that its effective value comes from. */
  readonly sources: pulumi.Output<Record<string, string>>;

  constructor(name: string, given: WorkloadSidecarSettingsArgs, options?: pulumi.ComponentResourceOptions) {
    requireKnownKeys(name, given, ["namespace", "selector", "priority", "layerName"]);
    super("istio-sidecar:index:WorkloadSidecarSettings", name, { ...withSealedKubeconfig(given) }, options);
    const args = withSealedKubeconfig(given);
    const { layer } = layerAndRollout(this, name, args.namespace, args, {
      workload: args.layerName ?? name,
      selector: args.selector,
      ...(args.priority === undefined ? {} : { priority: args.priority }),
    });
    this.effective = layer.effective;
    this.sources = layer.sources;
    this.registerOutputs({ effective: this.effective, sources: this.sources });
  }
}
