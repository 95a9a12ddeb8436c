import type { ObjectMeta } from "./KubernetesApi.js";

/** The revision of an Istio installed without one. */
export const defaultRevision = "default";

/** The Istio revision whose injector made the pod; undefined for a pod without a sidecar. */
export function injectingRevision({ annotations }: Pick<ObjectMeta, "annotations">): string | undefined {
  const status = annotations?.["sidecar.istio.io/status"];
  if (status === undefined) return undefined;
  return revisionIn(status) || annotations?.["istio.io/rev"] || defaultRevision;
}

function revisionIn(status: string): string | undefined {
  try {
    return (JSON.parse(status) as { revision?: string }).revision;
  } catch {
    return undefined;
  }
}
