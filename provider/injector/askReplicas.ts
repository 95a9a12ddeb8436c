import { applyPatch, type Operation } from "rfc6902";
import { hasStatus, type KubernetesApi, listAll } from "../cluster/KubernetesApi.js";
import { isReady, type Pod } from "../cluster/podTemplate.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { withDefaults } from "../pod/withDefaults.js";
import type { Probe } from "./askInjector.js";
import { type Injector, revisionOf } from "./Injector.js";

/** What one istiod gives a pod, asked by itself. */
export type ReplicaAnswer = {
  replica: string;
} /** The pod as this istiod would have it, with what the API server fills in. */ & (
  | { outcome: "injected"; stamp: string | undefined; pod: Pod }
  /** Its error, or why it could not be reached. */
  | { outcome: "failed"; message: string }
);

/** Where every istiod takes admission reviews. */
const injectionPort = 15017;

/**
 * Asks each ready istiod about a pod, through the API server's proxy of pods. The API server itself keeps its connection to one of them, so
 * dry runs speak for one. `message`: why nobody could be asked, for instance without the right to `create` on `pods/proxy`.
 */
export async function askReplicas(
  api: KubernetesApi,
  injector: Injector,
  namespace: string,
  probe: Pick<Probe, "template">,
): Promise<{ answers: ReplicaAnswer[] } | { message: string }> {
  const pod = podOf(namespace, probe);
  const pods = `/api/v1/namespaces/${encodeURIComponent(injector.namespace)}/pods`;
  try {
    const labelSelector = `app=istiod,istio.io/rev=${revisionOf(injector)}`;
    const replicas = (await listAll<Pod>(api, pods, { query: { labelSelector } })).filter(
      (pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined,
    );
    const answers = replicas.map(async ({ metadata: { name } }): Promise<ReplicaAnswer> => {
      try {
        const { response } = await api.request<AdmissionReview>({
          method: "POST",
          path: `${pods}/https:${name}:${injectionPort}/proxy/inject`,
          body: reviewOf(pod),
          final: [500, 502, 503, 504],
        });
        return { replica: name, ...outcomeOf(response, pod) };
      } catch (error) {
        if (hasStatus(error, 403)) throw error;
        return { replica: name, outcome: "failed", message: (error as Error).message };
      }
    });
    return { answers: await Promise.all(answers) };
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    return { message: error.serverMessage };
  }
}

/** The istiods that give other settings than these; one that can't be reached is no proof of it. */
export function replicasBehind(answers: readonly ReplicaAnswer[], stamp: string | undefined): string[] {
  return answers.flatMap((answer) =>
    answer.outcome === "injected" && answer.stamp !== stamp ? [answer.replica] : [],
  );
}

/** The pod of the first istiod that gave one. */
export function podGiven(answers: readonly ReplicaAnswer[]): Pod | undefined {
  return answers.flatMap((answer) => (answer.outcome === "injected" ? [answer.pod] : []))[0];
}

interface AdmissionReview {
  response?: { allowed?: boolean; patch?: string; status?: { message?: string } };
}

function podOf(namespace: string, { template }: Pick<Probe, "template">): Pod {
  // what the API server fills in before it asks
  return withDefaults({
    metadata: { name: "", ...template.metadata, generateName: "sidecar-settings-", namespace },
    spec: template.spec,
  });
}

function reviewOf(pod: Pod): object {
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "sidecar-settings",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      operation: "CREATE",
      dryRun: true,
      namespace: pod.metadata.namespace,
      userInfo: {},
      object: { apiVersion: "v1", kind: "Pod", ...pod },
    },
  };
}

function outcomeOf(
  response: AdmissionReview["response"],
  asked: Pod,
): { outcome: "injected"; stamp: string | undefined; pod: Pod } | { outcome: "failed"; message: string } {
  if (!response?.allowed || !response.patch)
    return { outcome: "failed", message: response?.status?.message ?? "it gives the pod no sidecar" };
  const patch = JSON.parse(Buffer.from(response.patch, "base64").toString("utf8")) as Operation[];
  const patched = structuredClone(asked);
  const error = applyPatch(patched, patch).find((one) => one !== null);
  if (error) return { outcome: "failed", message: `its patch can't be applied: ${error.message}` };
  const pod = withDefaults(patched);
  return { outcome: "injected", stamp: pod.metadata.annotations?.[stampAnnotation], pod };
}
