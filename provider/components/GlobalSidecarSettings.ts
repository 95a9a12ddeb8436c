import type * as pulumi from "@pulumi/pulumi";
import { LevelSettings } from "./LevelSettings.js";
import type { GlobalSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/** Sidecar settings for all namespaces of the mesh. They override what Istio was installed with; a namespace's settings override them. */
export class GlobalSidecarSettings extends LevelSettings {
  constructor(name: string, args: GlobalSidecarSettingsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("GlobalSidecarSettings", name, args, opts);
  }
}
