import type * as pulumi from "@pulumi/pulumi";
import { ProvidedResource } from "./ProvidedResource.js";

/** A namespace's effective settings in its ConfigMap `sidecar-settings`, written in place when they change. */
export class PublishedSettings extends ProvidedResource {
  /** `namespace/name` of the ConfigMap. */
  declare readonly configMap: pulumi.Output<string>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super("published", "PublishedSettings", name, properties, ["configMap"], options);
  }
}
