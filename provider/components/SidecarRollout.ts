import type * as pulumi from "@pulumi/pulumi";
import type { RolloutSummary } from "../rollout/execute/RolloutSummary.js";
import { ProvidedResource } from "./ProvidedResource.js";

/** Restarts the workloads whose sidecars are affected by a change of settings. */
export class SidecarRollout extends ProvidedResource {
  /** What the last rollout did. */
  declare readonly summary: pulumi.Output<RolloutSummary>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super("rollout", "SidecarRollout", name, properties, ["summary"], options);
  }
}
