import * as pulumi from "@pulumi/pulumi";
import type { RolloutSummary } from "../rollout/runRollout.js";

// as in SettingsLayer: only the package's name may stand here
const provider: pulumi.dynamic.ResourceProvider = {
  async configure(request) {
    require("pulumi-istio-sidecar/dynamic").configure(request.config);
  },
  check: (olds, news) => require("pulumi-istio-sidecar/dynamic").rollout.check(olds, news),
  diff: (id, olds, news) => require("pulumi-istio-sidecar/dynamic").rollout.diff(id, olds, news),
  create: (inputs) => require("pulumi-istio-sidecar/dynamic").rollout.create(inputs),
  update: (id, olds, news) => require("pulumi-istio-sidecar/dynamic").rollout.update(id, olds, news),
  read: (id, properties) => require("pulumi-istio-sidecar/dynamic").rollout.read(id, properties),
  delete: (id, properties) => require("pulumi-istio-sidecar/dynamic").rollout.delete(id, properties),
};

/** Restarts of the workloads whose sidecar a change of settings reaches. */
export class SidecarRollout extends pulumi.dynamic.Resource {
  /** What the last rollout did. */
  declare readonly summary: pulumi.Output<RolloutSummary>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(provider, name, { ...properties, summary: undefined }, options, "istio-sidecar", "SidecarRollout");
  }
}
