import type { Properties } from "../data/Properties.js";
import { isUnknown } from "../data/unknown.js";

/**
 * Drops an unknown context next to a known kubeconfig: in previews Pulumi's SDK makes unknown what a Kubernetes provider was not given.
 * That provider then uses the kubeconfig's current context.
 */
export function withKnownCluster(properties: Properties): Properties {
  const { cluster } = properties;
  if (typeof cluster !== "object" || cluster === null) return properties;
  const { context, ...access } = cluster as Record<string, unknown>;
  const isGiven = typeof access.kubeconfig === "string" && !isUnknown(access.kubeconfig);
  return isGiven && isUnknown(context) ? { ...properties, cluster: access } : properties;
}
