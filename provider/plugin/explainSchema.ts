import type { PropertySpec, SchemaTypes } from "./schemaTypes.js";

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
      path: { type: "string", description: "Such as `proxyResources.limits.cpu`." },
      value: { $ref: "pulumi.json#/Any", description: "In canonical form." },
      source: { type: "string", description: "The level that the value comes from." },
      owner: { type: "string", description: "The stack and component that have this level's settings." },
      note: { type: "string", description: "Why the value is not what a level's settings say." },
    },
    required: ["path", "source"],
  };
  return {
    description: "Each setting of one workload's or pod's sidecar: its value, and where it comes from.",
    inputs: {
      type: "object",
      properties: {
        name: { type: "string", description: "As kubectl takes it: `deployment/api`, `pod/web-1`." },
        namespace: { type: "string", description: "Default: default." },
        revision: {
          type: "string",
          description: "Of which injector. Default: the one that injected its pods.",
        },
        cluster: {
          $ref: "#/types/istio-sidecar:index:Cluster",
          description: "Default: that of the provider's configuration.",
        },
      },
      required: ["name"],
    },
    outputs: {
      type: "object",
      properties: {
        settings: {
          type: "array",
          items: { $ref: "#/types/istio-sidecar:index:ExplainedSetting" },
          description: "All settings that any level has.",
        },
        warnings: { type: "array", items: { type: "string" }, description: "What may surprise." },
        stale: { type: "string", description: "How many of the pods have other settings, and which." },
        unaffected: { type: "string", description: "Why settings do not matter to this pod at all." },
      },
      required: ["settings", "warnings"],
    },
  };
}
