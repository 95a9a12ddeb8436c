import { type PropertySpec, type SchemaTypes, text, typed } from "./schemaTypes";

/** A function in Pulumi's package schema. */
export interface FunctionSpec {
  description: string;
  inputs: { type: "object"; properties: Record<string, PropertySpec>; required: string[] };
  outputs: { type: "object"; properties: Record<string, PropertySpec>; required: string[] };
}

/** The function `explain` in Pulumi's package schema. */
export function explainSchema({ types }: SchemaTypes): FunctionSpec {
  types["istio-sidecar:index:ExplainedSetting"] = {
    type: "object",
    description: "One setting of a sidecar.",
    properties: {
      path: text("Such as `proxyResources.limits.cpu`."),
      value: { $ref: "pulumi.json#/Any", description: "In canonical form." },
      source: text("The level that the value comes from."),
      owner: text("The stack and component that own this level's settings."),
      note: text("Why the value differs from the level's settings."),
    },
    required: ["path", "source"],
  };
  return {
    description: "Each setting of one workload's or pod's sidecar: its value and where it comes from.",
    inputs: {
      type: "object",
      properties: {
        name: text("As in kubectl: `deployment/api`, `pod/web-1`."),
        namespace: text("Default: default."),
        revision: text("Which injector, by its revision. Default: the one that injected the pods."),
        cluster: typed("Cluster", "Default: the cluster in the provider's configuration."),
      },
      required: ["name"],
    },
    outputs: {
      type: "object",
      properties: {
        settings: {
          type: "array",
          items: { $ref: "#/types/istio-sidecar:index:ExplainedSetting" },
          description: "All settings that are set at any level.",
        },
        warnings: {
          type: "array",
          items: { type: "string" },
          description: "Settings that may not do what you expect, and why.",
        },
        stale: text("How many of the pods have other settings, and which settings differ."),
        unaffected: text("Why settings have no effect on this pod at all."),
      },
      required: ["settings", "warnings"],
    },
  };
}
