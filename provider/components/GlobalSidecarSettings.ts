import type * as pulumi from "@pulumi/pulumi";
import { LevelSettings } from "./LevelSettings.js";
import type { GlobalSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/** Sidecar settings for every namespace of the mesh. Weaker than a namespace's, stronger than what Istio was installed with. */
export class GlobalSidecarSettings extends LevelSettings {
  constructor(name: string, args: GlobalSidecarSettingsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("GlobalSidecarSettings", name, args, opts);
  }
}
