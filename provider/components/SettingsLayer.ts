import * as pulumi from "@pulumi/pulumi";
import type { NestedSettings } from "../settings/canonicalSettings.js";

// Pulumi keeps this object's text in the state, and runs it from the program's folder: it may only name the package
const provider: pulumi.dynamic.ResourceProvider = {
  async configure(request) {
    require("pulumi-istio-sidecar/dynamic").configure(request.config);
  },
  check: (olds, news) => require("pulumi-istio-sidecar/dynamic").layer.check(olds, news),
  diff: (id, olds, news) => require("pulumi-istio-sidecar/dynamic").layer.diff(id, olds, news),
  create: (inputs) => require("pulumi-istio-sidecar/dynamic").layer.create(inputs),
  update: (id, olds, news) => require("pulumi-istio-sidecar/dynamic").layer.update(id, olds, news),
  read: (id, properties) => require("pulumi-istio-sidecar/dynamic").layer.read(id, properties),
  delete: (id, properties) => require("pulumi-istio-sidecar/dynamic").layer.delete(id, properties),
};

/** One level's settings for one target, in the injector's ConfigMap. */
export class SettingsLayer extends pulumi.dynamic.Resource {
  /** The digest that the injector writes on pods; empty for a layer without settings. */
  declare readonly stamp: pulumi.Output<string>;
  /** Settings after merging with the weaker levels, in canonical form. */
  declare readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> the level that its effective value comes from. */
  declare readonly sources: pulumi.Output<Record<string, string>>;
  /** `namespace/name` of the injector's ConfigMap. */
  declare readonly configMap: pulumi.Output<string>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { ...properties, stamp: undefined, effective: undefined, sources: undefined, configMap: undefined },
      options,
      "istio-sidecar",
      "SettingsLayer",
    );
  }
}
