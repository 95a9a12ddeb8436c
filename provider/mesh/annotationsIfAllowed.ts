import { ApiError, isMissingRight, type KubernetesApi } from "../cluster/KubernetesApi.js";
import { type Annotations, namespaceAnnotations } from "../rollout/observe/rolloutAnnotations.js";

/** The namespace's annotations, or none without the right to read them, without which a rollout would fail. */
export async function annotationsIfAllowed(
  api: KubernetesApi,
  namespace: string,
  report: (line: string) => void = () => {},
): Promise<Annotations> {
  try {
    return await namespaceAnnotations(api, namespace);
  } catch (error) {
    if (!(error instanceof ApiError) || !isMissingRight(error)) throw error;
    report(`${namespace}: can't read its opt-out and maintenance window: ${error.message}`);
    return {};
  }
}
