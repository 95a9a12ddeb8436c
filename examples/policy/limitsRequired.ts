import type { StackValidationPolicy } from "@pulumi/policy";
import { type LayerProperties, settingsLayerTypes, targetOf, unlessUnknown } from "./settingsLayer";

const resources = ["cpu", "memory"] as const;

/** Sidecars have a CPU and a memory limit, from a level's own settings or from weaker ones of the same stack. */
export const limitsRequired: StackValidationPolicy = {
  name: "limits-required",
  description: "Sidecars have a CPU and a memory limit that this stack says.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources: all }, reportViolation) => {
    const layers = all.filter(({ type }) => settingsLayerTypes.includes(type));
    for (const layer of layers) {
      unlessUnknown(() => {
        const reaching = [layer, ...layers.filter((one) => isWeaker(one.props, layer.props))];
        const missing = resources.filter((resource) =>
          reaching.every(({ props }) => limit(props, resource) === undefined),
        );
        if (missing.length > 0)
          reportViolation(
            `${targetOf(layer.props)}: no limit of ${missing.join(" and ")}: set proxyResources.limits, here or at a weaker level`,
            layer.urn,
          );
      });
    }
  },
};

/** The global settings are weaker than a namespace's, and those than its workloads'. */
function isWeaker(one: LayerProperties, than: LayerProperties): boolean {
  return one.namespace === undefined || (one.namespace === than.namespace && one.workload === undefined);
}

function limit(
  { proxyResources }: LayerProperties,
  resource: (typeof resources)[number],
): string | undefined {
  return proxyResources?.limits?.[resource];
}
