import * as pulumi from "@pulumi/pulumi";

// as in SettingsLayer: only the package's name may stand here
const provider: pulumi.dynamic.ResourceProvider = {
  async configure(request) {
    require("pulumi-istio-sidecar/dynamic").configure(request.config);
  },
  check: (olds, news) => require("pulumi-istio-sidecar/dynamic").published.check(olds, news),
  diff: (id, olds, news) => require("pulumi-istio-sidecar/dynamic").published.diff(id, olds, news),
  create: (inputs) => require("pulumi-istio-sidecar/dynamic").published.create(inputs),
  update: (id, olds, news) => require("pulumi-istio-sidecar/dynamic").published.update(id, olds, news),
  read: (id, properties) => require("pulumi-istio-sidecar/dynamic").published.read(id, properties),
  delete: (id, properties) => require("pulumi-istio-sidecar/dynamic").published.delete(id, properties),
};

/** A namespace's effective settings in its ConfigMap `sidecar-settings`, written in place when they change. */
export class PublishedSettings extends pulumi.dynamic.Resource {
  /** `namespace/name` of the ConfigMap. */
  declare readonly configMap: pulumi.Output<string>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(
      provider,
      name,
      { ...properties, configMap: undefined },
      options,
      "istio-sidecar",
      "PublishedSettings",
    );
  }
}
