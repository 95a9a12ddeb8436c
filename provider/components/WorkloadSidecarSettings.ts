import type * as pulumi from "@pulumi/pulumi";
import { LevelSettings } from "./LevelSettings.js";
import type { WorkloadSidecarSettingsArgs } from "./SidecarSettingsArgs.js";
import { withDefault } from "./withDefault.js";

/**
 * Sidecar settings for the pods of a namespace that match a label selector, including pods created later. They override the namespace's
 * settings; a pod's own annotations override them. `effective` is for pods that no other workload settings match.
 */
export class WorkloadSidecarSettings extends LevelSettings {
  constructor(name: string, args: WorkloadSidecarSettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, selector, priority, workloadName } = args;
    super("WorkloadSidecarSettings", name, args, opts, {
      own: ["namespace", "selector", "priority", "workloadName"],
      namespace: withDefault(namespace, () => null),
      picker: {
        workloadName: withDefault(workloadName, () => name),
        selector,
        ...(priority === undefined ? {} : { priority }),
      },
    });
  }
}
