import { recordOf } from "../data/isRecord.js";
import { parsedJson } from "../data/parsedJson.js";
import type { ObjectMeta } from "./KubernetesApi.js";

/** The revision of an Istio installed without one. */
export const defaultRevision = "default";

/** The Istio revision whose injector made the pod; undefined for a pod without a sidecar. */
export function injectingRevision({ annotations }: Pick<ObjectMeta, "annotations">): string | undefined {
  const status = annotations?.["sidecar.istio.io/status"];
  if (status === undefined) return undefined;
  const { revision } = recordOf(parsedJson(status)) as { revision?: string };
  return revision || annotations?.["istio.io/rev"] || defaultRevision;
}
