import * as pulumi from "@pulumi/pulumi";
import type { RolloutSummary } from "../rollout/execute/RolloutSummary.js";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { layerAndRollout, withSealedKubeconfig } from "./layerAndRollout.js";
import { requireKnownKeys } from "./requireKnownKeys.js";
import type { GlobalSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/** What distinguishes a level besides its settings. */
interface LevelParts {
  /** Names of the arguments that other levels don't have. */
  own?: readonly string[];
  /** Null for a namespace that is missing, which is refused: to a resource, none at all means all namespaces. */
  namespace?: pulumi.Input<unknown>;
  /** For a workload layer: its name, and the pods that it selects. */
  picker?: pulumi.Inputs;
}

/** One level's settings: a component with two resources, the layer in the injector and the rollout. */
export abstract class LevelSettings extends pulumi.ComponentResource {
  /** Settings after merging with the weaker levels and what Istio was installed with, in canonical form. */
  readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> the level that its effective value comes from: `global`, `namespace`, `workload` or `installed`. */
  readonly sources: pulumi.Output<Record<string, string>>;
  /** The digest of its settings, which the injector writes on pods in `sidecar-settings/stamp`; empty without settings. */
  readonly stamp: pulumi.Output<string>;
  /** `namespace/name` of the injector's ConfigMap. */
  readonly configMap: pulumi.Output<string>;
  /** What this level's last rollout did: how many workloads it restarted, which are waiting and why. */
  readonly rollout: pulumi.Output<RolloutSummary>;
  /** For subclasses that add resources. */
  protected readonly parts: ReturnType<typeof layerAndRollout>;

  protected constructor(
    type: string,
    name: string,
    args: GlobalSidecarSettingsArgs,
    opts: pulumi.ComponentResourceOptions | undefined,
    { own = [], namespace, picker }: LevelParts = {},
  ) {
    requireKnownKeys(name, args, own);
    const sealed = withSealedKubeconfig(args);
    super(`istio-sidecar:index:${type}`, name, { ...sealed }, opts);
    this.parts = layerAndRollout(this, name, namespace, sealed, opts, picker);
    const { layer, rollout } = this.parts;
    this.effective = layer.effective;
    this.sources = layer.sources;
    this.stamp = layer.stamp;
    this.configMap = layer.configMap;
    this.rollout = rollout.summary;
    const { effective, sources, stamp, configMap } = this;
    // in previews, too: `up --plan` takes outputs that the plan does not have for a violation
    this.registerOutputs({ effective, sources, stamp, configMap, rollout: this.rollout });
  }
}
