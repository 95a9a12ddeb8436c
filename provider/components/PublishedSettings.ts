import type * as pulumi from "@pulumi/pulumi";
import { ProvidedResource } from "./ProvidedResource.js";

/** Publishes a namespace's effective settings as ConfigMap `sidecar-settings` in it, updated in place. */
export class PublishedSettings extends ProvidedResource {
  /** `namespace/name` of the ConfigMap. */
  declare readonly configMap: pulumi.Output<string>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super("published", "PublishedSettings", name, properties, ["configMap"], options);
  }
}
