import * as pulumi from "@pulumi/pulumi";
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

  constructor(
    name: string,
    given: GlobalSidecarSettingsArgs = {},
    options?: pulumi.ComponentResourceOptions,
  ) {
    requireKnownKeys(name, given);
    super("istio-sidecar:index:GlobalSidecarSettings", name, { ...withSealedKubeconfig(given) }, options);
    const args = withSealedKubeconfig(given);
    const { layer } = layerAndRollout(this, name, undefined, args);
    this.effective = layer.effective;
    this.sources = layer.sources;
    this.registerOutputs({ effective: this.effective, sources: this.sources });
  }
}
