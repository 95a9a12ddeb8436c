import { applyPatch, type Operation } from "rfc6902";
import { hasStatus, type KubernetesApi, listAll, pathIn } from "../cluster/KubernetesApi.js";
import { isReady, type Pod } from "../cluster/podTemplate.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { withDefaults } from "../pod/withDefaults.js";
import type { Probe } from "./askInjector.js";
import { type Injector, revisionOf } from "./Injector.js";
import type { CommitOptions } from "./LayerChange.js";

/** How one istiod replica injects a pod. */
export type ReplicaAnswer = { replica: string } & Outcome;

type Outcome =
  /** `pod`: with API server defaults filled in. */
  | { outcome: "injected"; stamp: string | undefined; pod: Pod }
  /** The error, or why the replica could not be reached. */
  | { outcome: "failed"; message: string };

/** The port on which istiod serves admission reviews. */
const injectionPort = 15017;

/**
 * Asks each ready istiod replica to inject a pod, through the API server's pod proxy. The API server keeps its webhook connection to one
 * replica, so a dry run tells about that one only. `message`: why none could be asked, such as a missing right to `create` `pods/proxy`.
 */
export async function askReplicas(
  api: KubernetesApi,
  injector: Injector,
  namespace: string,
  probe: Pick<Probe, "template">,
): Promise<{ answers: ReplicaAnswer[] } | { message: string }> {
  const pod = podOf(namespace, probe);
  const pods = pathIn(injector.namespace, "pods");
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

/** The replicas that inject another stamp; one that can't be reached doesn't count. */
export function replicasBehind(answers: readonly ReplicaAnswer[], stamp: string | undefined): string[] {
  return answers.flatMap((answer) =>
    answer.outcome === "injected" && answer.stamp !== stamp ? [answer.replica] : [],
  );
}

/** The pod from the first replica that injected it. */
export function podGiven(answers: readonly ReplicaAnswer[]): Pod | undefined {
  return answers.flatMap((answer) => (answer.outcome === "injected" ? [answer.pod] : []))[0];
}

interface AdmissionReview {
  response?: { allowed?: boolean; patch?: string; status?: { message?: string } };
}

function podOf(namespace: string, { template }: Pick<Probe, "template">): Pod {
  // as the API server would before calling the webhook
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

function outcomeOf(response: AdmissionReview["response"], asked: Pod): Outcome {
  if (!response?.allowed || !response.patch)
    return { outcome: "failed", message: response?.status?.message ?? "it gives the pod no sidecar" };
  const patch = JSON.parse(Buffer.from(response.patch, "base64").toString("utf8")) as Operation[];
  const patched = structuredClone(asked);
  const error = applyPatch(patched, patch).find((one) => one !== null);
  if (error) return { outcome: "failed", message: `its patch can't be applied: ${error.message}` };
  const pod = withDefaults(patched);
  return { outcome: "injected", stamp: pod.metadata.annotations?.[stampAnnotation], pod };
}

/**
 * Waits until every ready istiod replica injects the stamp. After `deadline` it reports which don't: pods from them are stale, and are
 * restarted once more. Without the right to ask replicas it returns at once.
 */
export async function waitForReplicas(
  api: KubernetesApi,
  injector: Injector,
  about: { namespace: string; probe: Probe; stamp: () => Promise<string | undefined> },
  deadline: number,
  { report, elapsed, sleep }: CommitOptions,
): Promise<void> {
  let reported = false;
  for (let pause = 200; ; pause = Math.min(5_000, pause * 1.5)) {
    const asked = await askReplicas(api, injector, about.namespace, about.probe);
    if ("message" in asked) return;
    const stamp = await about.stamp();
    const behind = replicasBehind(asked.answers, stamp);
    if (behind.length === 0) return;
    if (elapsed() >= deadline) {
      report(
        `${behind.join(", ")} still ${behind.length === 1 ? "gives" : "give"} pods other settings; pods that come from there are restarted once more`,
      );
      return;
    }
    if (!reported) report(`waiting for ${behind.join(", ")} to take up the settings`);
    reported = true;
    await sleep(pause);
  }
}
