import * as pulumi from "@pulumi/pulumi";
import type { RolloutSummary } from "../rollout/execute/RolloutSummary.js";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { layerAndRollout, withSealedKubeconfig } from "./layerAndRollout.js";
import { requireKnownKeys } from "./requireKnownKeys.js";
import type { GlobalSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/** Sidecar settings for every namespace of the mesh. Weaker than a namespace's, stronger than what Istio was installed with. */
export class GlobalSidecarSettings extends pulumi.ComponentResource {
  /** Settings after merging with what Istio was installed with. */
  readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> `global` or `installed`. */
  readonly sources: pulumi.Output<Record<string, string>>;
  /** What the last rollout of this level did: how many workloads it restarted, what waits and why. */
  readonly rollout: pulumi.Output<RolloutSummary>;

  constructor(name: string, args: GlobalSidecarSettingsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    requireKnownKeys(name, args);
    super("istio-sidecar:index:GlobalSidecarSettings", name, { ...withSealedKubeconfig(args) }, opts);
    const sealed = withSealedKubeconfig(args);
    const { layer, rollout } = layerAndRollout(this, name, undefined, sealed, opts);
    this.effective = layer.effective;
    this.sources = layer.sources;
    this.rollout = rollout.summary;
    this.registerOutputs({ effective: this.effective, sources: this.sources });
  }
}
