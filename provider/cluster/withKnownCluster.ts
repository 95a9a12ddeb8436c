import type { Properties } from "../data/Properties.js";
import { isUnknown } from "../data/unknown.js";

/**
 * A resource's properties without a context that is not known beside a kubeconfig that is: in previews Pulumi's SDK makes unknown what a
 * Kubernetes provider was not given. The kubeconfig's current context is then the one that the provider uses.
 */
export function withKnownCluster(properties: Properties): Properties {
  const { cluster } = properties;
  if (typeof cluster !== "object" || cluster === null) return properties;
  const { context, ...access } = cluster as Record<string, unknown>;
  const isGiven = typeof access.kubeconfig === "string" && !isUnknown(access.kubeconfig);
  return isGiven && isUnknown(context) ? { ...properties, cluster: access } : properties;
}
