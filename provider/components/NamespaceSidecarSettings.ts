import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { publishedSettings } from "../report/publishedSettings.js";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { layerAndRollout, withSealedKubeconfig } from "./layerAndRollout.js";
import type { NamespaceSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/** Sidecar settings for one namespace. Stronger than the global ones, weaker than a pod's own annotations. */
export class NamespaceSidecarSettings extends pulumi.ComponentResource {
  /** Settings after merging with the global ones and what Istio was installed with. */
  readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> the level that its effective value comes from. */
  readonly sources: pulumi.Output<Record<string, string>>;

  constructor(name: string, given: NamespaceSidecarSettingsArgs, options?: pulumi.ComponentResourceOptions) {
    super("istio-sidecar:index:NamespaceSidecarSettings", name, { ...withSealedKubeconfig(given) }, options);
    const args = withSealedKubeconfig(given);
    const { layer, rollout } = layerAndRollout(this, name, args.namespace, args);
    if (args.publish ?? true) {
      // what a failed rollout takes back was never to be published
      const first = pulumi
        .output(args.rollout)
        .apply((options) => (options?.onFailure === "rollback" ? [rollout] : []));
      this.publish(name, args.namespace, layer.effective, layer.sources, first);
    }
    this.effective = layer.effective;
    this.sources = layer.sources;
    this.registerOutputs({ effective: this.effective, sources: this.sources });
  }

  private publish(
    name: string,
    namespace: pulumi.Input<string>,
    effective: pulumi.Output<NestedSettings>,
    sources: pulumi.Output<Record<string, string>>,
    dependsOn: pulumi.Output<pulumi.Resource[]>,
  ): void {
    const data = pulumi
      .all([effective, sources])
      .apply(([values, levels]) => ({ "settings.yaml": publishedSettings(values, levels) }));
    new kubernetes.core.v1.ConfigMap(
      `${name}-published`,
      { metadata: { name: "sidecar-settings", namespace }, data },
      // a ConfigMap whose text changes is the same ConfigMap: nobody mounts it, and a replacement would first delete it
      { parent: this, deleteBeforeReplace: true, dependsOn },
    );
  }
}
