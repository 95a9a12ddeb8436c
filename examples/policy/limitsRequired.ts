import type { StackValidationPolicy } from "@pulumi/policy";
import { type LayerProperties, settingsLayerType, targetOf, unlessUnknown } from "./settingsLayer";

const resources = ["cpu", "memory"] as const;

/** A namespace's sidecars have a CPU and a memory limit, from its own settings or from the global ones of the same stack. */
export const limitsRequired: StackValidationPolicy = {
  name: "limits-required",
  description: "Sidecars have a CPU and a memory limit that this stack says.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources: all }, reportViolation) => {
    const layers = all.filter(({ type }) => type === settingsLayerType);
    const global = layers.find(({ props }) => (props as LayerProperties).namespace === undefined);
    for (const layer of layers) {
      unlessUnknown(() => {
        const missing = resources.filter(
          (resource) => !limit(layer.props, resource) && !limit(global?.props ?? {}, resource),
        );
        if (missing.length > 0)
          reportViolation(
            `${targetOf(layer.props)}: no limit of ${missing.join(" and ")}: set proxyResources.limits, here or in the global settings`,
            layer.urn,
          );
      });
    }
  },
};

function limit(
  { proxyResources }: LayerProperties,
  resource: (typeof resources)[number],
): string | undefined {
  return proxyResources?.limits?.[resource];
}
