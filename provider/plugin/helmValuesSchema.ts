import type { FunctionSpec } from "./explainSchema.js";
import type { PropertySpec, SchemaTypes } from "./schemaTypes.js";

/** The function `helmValues` in Pulumi's package schema. `mesh`: the arguments of a SidecarMesh. */
export function helmValuesSchema({ types }: SchemaTypes, mesh: Record<string, PropertySpec>): FunctionSpec {
  types["istio-sidecar:index:MeshSettings"] = {
    type: "object",
    description: "All levels of a mesh: the arguments of a SidecarMesh.",
    properties: mesh,
  };
  const values: PropertySpec = {
    type: "object",
    additionalProperties: { $ref: "pulumi.json#/Any" },
    description: "Values of the istiod chart.",
  };
  return {
    description:
      "Values that make the istiod chart itself render the settings of a mesh, so that a Helm upgrade never removes them. The program passes them to " +
      "the chart, and makes the SidecarMesh depend on it.",
    inputs: {
      type: "object",
      properties: {
        stack: {
          type: "string",
          description:
            "The stack that has the SidecarMesh: `organization/project/stack`. A function is told of none.",
        },
        mesh: { type: "string", description: "The name of the SidecarMesh." },
        settings: { $ref: "#/types/istio-sidecar:index:MeshSettings", description: "Its arguments." },
        chart: {
          type: "string",
          description:
            "Folder of the official istiod chart, as unpacked by `helm pull istio/istiod --untar`, in the version that is installed.",
        },
        namespace: { type: "string", description: "Where the chart is installed. Default: istio-system." },
        values: {
          ...values,
          description: "The chart's other values. `revision` among them selects the injector.",
        },
      },
      required: ["stack", "mesh", "settings", "chart"],
    },
    outputs: {
      type: "object",
      properties: { values: { ...values, description: "The chart's values with the settings." } },
      required: ["values"],
    },
  };
}
