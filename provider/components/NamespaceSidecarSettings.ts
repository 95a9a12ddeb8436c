import * as pulumi from "@pulumi/pulumi";
import { LevelSettings } from "./LevelSettings.js";
import { ownerOf } from "./layerAndRollout.js";
import { PublishedSettings } from "./ProvidedResource.js";
import type { NamespaceSidecarSettingsArgs } from "./SidecarSettingsArgs.js";
import { withDefault } from "./withDefault.js";

/** Sidecar settings for one namespace. They override the global ones; a workload's settings and a pod's own annotations override them. */
export class NamespaceSidecarSettings extends LevelSettings {
  constructor(name: string, args: NamespaceSidecarSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("NamespaceSidecarSettings", name, args, opts, {
      own: ["namespace", "publish"],
      namespace: withDefault(args.namespace, () => null),
    });
    if (args.publish === false) return;
    const { target, layer, rollout } = this.parts;
    // don't publish settings that a failed rollout will revert
    const first = pulumi
      .output(args.rollout)
      .apply((options) => (options?.onFailure === "rollback" ? [layer, rollout] : [layer]));
    new PublishedSettings(
      `${name}-published`,
      { ...target, owner: ownerOf(name, this) },
      {
        parent: this,
        dependsOn: first,
        ...(opts?.ignoreChanges ? { ignoreChanges: opts.ignoreChanges } : {}),
      },
    );
  }
}
