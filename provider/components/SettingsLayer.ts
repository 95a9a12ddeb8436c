import type * as pulumi from "@pulumi/pulumi";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { ProvidedResource } from "./ProvidedResource.js";

/** One level's settings for one target, in the injector's ConfigMap. */
export class SettingsLayer extends ProvidedResource {
  /** The digest that the injector writes on pods; empty for a layer without settings. */
  declare readonly stamp: pulumi.Output<string>;
  /** Settings after merging with the weaker levels, in canonical form. */
  declare readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> the level that its effective value comes from. */
  declare readonly sources: pulumi.Output<Record<string, string>>;
  /** `namespace/name` of the injector's ConfigMap. */
  declare readonly configMap: pulumi.Output<string>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    const outputs = ["stamp", "effective", "sources", "configMap"];
    super("layer", "SettingsLayer", name, properties, outputs, options);
  }
}
