import type { FunctionSpec } from "./explainSchema";
import { anyMap, type PropertySpec, type SchemaTypes, text, typed } from "./schemaTypes";

/** The function `helmValues` in Pulumi's package schema. `mesh`: the arguments of a SidecarMesh. */
export function helmValuesSchema({ types }: SchemaTypes, mesh: Record<string, PropertySpec>): FunctionSpec {
  types["istio-sidecar:index:MeshSettings"] = {
    type: "object",
    description: "All levels of a mesh: the arguments of a SidecarMesh.",
    properties: mesh,
  };
  return {
    description:
      "Values that make the istiod chart itself render the settings of a mesh, so that a Helm upgrade never removes them. The program passes them to " +
      "the chart, and makes the SidecarMesh depend on it.",
    inputs: {
      type: "object",
      properties: {
        stack: text(
          "The stack that has the SidecarMesh: `organization/project/stack`. Pulumi doesn't tell a function which stack it runs in.",
        ),
        mesh: text("The name of the SidecarMesh."),
        settings: typed("MeshSettings", "Its arguments."),
        chart: text(
          "Folder of the official istiod chart, as unpacked by `helm pull istio/istiod --untar`, in the version that is installed.",
        ),
        namespace: text("Where the chart is installed. Default: istio-system."),
        values: anyMap("The chart's other values. `revision` among them selects the injector."),
      },
      required: ["stack", "mesh", "settings", "chart"],
    },
    outputs: {
      type: "object",
      properties: { values: anyMap("The chart's values with the settings.") },
      required: ["values"],
    },
  };
}
