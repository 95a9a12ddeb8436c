import * as pulumi from "@pulumi/pulumi";
import type { RolloutSummary } from "../rollout/execute/RolloutSummary.js";
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
  /** What the last rollout of this level did: how many workloads it restarted, what waits and why. */
  readonly rollout: pulumi.Output<RolloutSummary>;

  constructor(name: string, args: WorkloadSidecarSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    requireKnownKeys(name, args, ["namespace", "selector", "priority", "layerName"]);
    super("istio-sidecar:index:WorkloadSidecarSettings", name, { ...withSealedKubeconfig(args) }, opts);
    const sealed = withSealedKubeconfig(args);
    const { layer, rollout } = layerAndRollout(this, name, sealed.namespace, sealed, opts, {
      workload: sealed.layerName ?? name,
      selector: sealed.selector,
      ...(sealed.priority === undefined ? {} : { priority: sealed.priority }),
    });
    this.effective = layer.effective;
    this.sources = layer.sources;
    this.rollout = rollout.summary;
    this.registerOutputs({ effective: this.effective, sources: this.sources });
  }
}
