import { dryRunPod } from "../cluster/dryRunPod.js";
import { ApiError, type KubernetesApi } from "../cluster/KubernetesApi.js";
import { allContainers } from "../cluster/podTemplate.js";
import type { ExplainedSetting } from "../explain/explainSidecar.js";
import { proxyConfigAnnotation } from "../pod/podAnnotations.js";
import { readOverrides } from "../pod/readOverrides.js";
import { proxyContainer } from "../pod/sidecarFields.js";
import type { FoundTemplate } from "./findPodTemplate.js";

/**
 * The settings besides `known` that a new pod gets from Istio's mesh config and ProxyConfig objects, by its PROXY_CONFIG, in which Istio
 * has merged them; none if it would be denied.
 */
export async function meshConfigured(
  api: KubernetesApi,
  { namespace, template, made = template }: FoundTemplate,
  known: readonly ExplainedSetting[],
): Promise<ExplainedSetting[]> {
  const pod = await dryRunPod(api, namespace, made).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    return undefined;
  });
  const proxy = pod && allContainers(pod.spec).find(({ name }) => name === proxyContainer);
  const merged = proxy?.env?.find(({ name }) => name === "PROXY_CONFIG")?.value;
  if (merged === undefined) return [];
  const annotated = {
    metadata: { annotations: { [proxyConfigAnnotation]: merged } },
    spec: { containers: [] },
  };
  const paths = new Set(known.map(({ path }) => path));
  return [...readOverrides(annotated)].flatMap(([path, { value, refusal }]) =>
    value === undefined || refusal || paths.has(path)
      ? []
      : [{ path, value, source: "installed" as const, overrode: [], shows: {} }],
  );
}
