import * as pulumi from "@pulumi/pulumi";
import type { RolloutSummary } from "../rollout/execute/RolloutSummary.js";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { layerAndRollout, ownerOf, withSealedKubeconfig } from "./layerAndRollout.js";
import { PublishedSettings } from "./PublishedSettings.js";
import { requireKnownKeys } from "./requireKnownKeys.js";
import type { NamespaceSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/** Sidecar settings for one namespace. Stronger than the global ones, weaker than a pod's own annotations. */
export class NamespaceSidecarSettings extends pulumi.ComponentResource {
  /** Settings after merging with the global ones and what Istio was installed with. */
  readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> the level that its effective value comes from. */
  readonly sources: pulumi.Output<Record<string, string>>;
  /** What the last rollout of this level did: how many workloads it restarted, what waits and why. */
  readonly rollout: pulumi.Output<RolloutSummary>;

  constructor(name: string, args: NamespaceSidecarSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    requireKnownKeys(name, args, ["namespace", "publish"]);
    super("istio-sidecar:index:NamespaceSidecarSettings", name, { ...withSealedKubeconfig(args) }, opts);
    const sealed = withSealedKubeconfig(args);
    const { target, layer, rollout } = layerAndRollout(this, name, sealed.namespace, sealed, opts);
    if (sealed.publish ?? true) {
      // what a failed rollout takes back was never to be published
      const first = pulumi
        .output(sealed.rollout)
        .apply((options) => (options?.onFailure === "rollback" ? [layer, rollout] : [layer]));
      new PublishedSettings(
        `${name}-published`,
        { ...target, owner: ownerOf(name, this) },
        { parent: this, dependsOn: first },
      );
    }
    this.effective = layer.effective;
    this.sources = layer.sources;
    this.rollout = rollout.summary;
    this.registerOutputs({ effective: this.effective, sources: this.sources });
  }
}
