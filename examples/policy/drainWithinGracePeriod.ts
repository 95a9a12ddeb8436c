import type { StackValidationPolicy } from "@pulumi/policy";
import { type LayerProperties, settingsLayerTypes, targetOf, unlessUnknown } from "./settingsLayer";

/** Kubernetes' own, where a pod says nothing. */
const kubernetesDefault = 30;
const workloadTypes = ["Deployment", "StatefulSet", "DaemonSet"].map((kind) => `kubernetes:apps/v1:${kind}`);

interface WorkloadProperties {
  metadata?: { name?: string; namespace?: string };
  spec?: { template?: { spec?: { terminationGracePeriodSeconds?: number } } };
}

/** A sidecar that drains for longer than its pod may live is killed in the middle of it. */
export const drainWithinGracePeriod: StackValidationPolicy = {
  name: "drain-within-grace-period",
  description: "Sidecars drain for less time than their pods have to end.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      gracePeriodSeconds: {
        type: "number",
        minimum: 1,
        default: kubernetesDefault,
        description: "terminationGracePeriodSeconds of workloads that are not in this stack",
      },
    },
  },
  validateStack: ({ resources, getConfig }, reportViolation) => {
    const { gracePeriodSeconds = kubernetesDefault } = getConfig<{ gracePeriodSeconds?: number }>();
    for (const { type, urn, props } of resources) {
      if (!settingsLayerTypes.includes(type)) continue;
      const layer = props as LayerProperties;
      unlessUnknown(() => {
        const drain = Number.parseInt(layer.terminationDrainDuration ?? "0", 10);
        const pods = resources.filter(({ type: kind }) => workloadTypes.includes(kind));
        const shortest = Math.min(
          gracePeriodSeconds,
          ...pods.map((pod) => gracePeriodOf(pod.props as WorkloadProperties, layer.namespace)),
        );
        if (drain >= shortest)
          reportViolation(
            `${targetOf(layer)}: terminationDrainDuration ${drain}s, and a pod has ${shortest}s to end: drain for less, or raise terminationGracePeriodSeconds`,
            urn,
          );
      });
    }
  },
};

function gracePeriodOf({ metadata, spec }: WorkloadProperties, namespace: string | undefined): number {
  if (namespace !== undefined && metadata?.namespace !== namespace) return Number.POSITIVE_INFINITY;
  return spec?.template?.spec?.terminationGracePeriodSeconds ?? kubernetesDefault;
}
