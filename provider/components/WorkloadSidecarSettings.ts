import type * as pulumi from "@pulumi/pulumi";
import { LevelSettings } from "./LevelSettings.js";
import type { WorkloadSidecarSettingsArgs } from "./SidecarSettingsArgs.js";

/**
 * Sidecar settings for the pods of a namespace that a label selector picks, those created later too. Stronger than the
 * namespace's, weaker than a pod's own annotations. `effective` is for pods that no other workload settings pick.
 */
export class WorkloadSidecarSettings extends LevelSettings {
  constructor(name: string, args: WorkloadSidecarSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, selector, priority, workloadName } = args;
    super("WorkloadSidecarSettings", name, args, opts, {
      own: ["namespace", "selector", "priority", "workloadName"],
      namespace,
      picker: { workload: workloadName ?? name, selector, ...(priority === undefined ? {} : { priority }) },
    });
  }
}
