import { type ApiError, hasStatus } from "../../cluster/KubernetesApi.js";
import { isReady, type Pod } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import type { Assessment } from "../observe/Assessment.js";
import { isSettingsFault, podReason } from "../observe/podReason.js";
import { readWorkload } from "../observe/readWorkload.js";
import { readiness } from "../observe/rolloutStatus.js";
import { workloadPods } from "../observe/workloadPods.js";
import type { Outcome } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";

/** How often to report that a PodDisruptionBudget still blocks an eviction, in ms. */
const reportEvery = 60_000;

/**
 * Evicts these pods of a workload one by one, each only once as many pods are ready as the workload wants, or as it had if that is fewer.
 * Retries evictions that a PodDisruptionBudget forbids until the deadline.
 */
export async function evictPods(
  { namespace, workload, name }: Pick<Assessment, "namespace" | "workload" | "name">,
  podNames: readonly string[],
  deadline: number,
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  const { api } = dependencies;
  const before = await workloadPods(api, namespace, workload, name);
  const enough = Math.min(readiness(workload).wanted, before.filter(isReady).length);
  for (const pod of inEvictionOrder(before.filter(({ metadata }) => podNames.includes(metadata.name)))) {
    const refused = await evict(namespace, name, pod, deadline, dependencies);
    if (refused) return refused;
    const late = await replacement({ namespace, workload, name }, pod, enough, deadline, dependencies);
    if (late) return late;
  }
  return "done";
}

/**
 * Evicts the unready ones among these pods, all at once: a StatefulSet returns to an earlier template only after the pod that the later one
 * broke is gone.
 */
export async function evictUnready(
  { namespace, workload, name }: Pick<Assessment, "namespace" | "workload" | "name">,
  podNames: readonly string[],
  deadline: number,
  dependencies: RolloutDependencies,
): Promise<Exclude<Outcome, "done"> | undefined> {
  if (podNames.length === 0) return undefined;
  const pods = await workloadPods(dependencies.api, namespace, workload, name);
  const unready = pods.filter((pod) => podNames.includes(pod.metadata.name) && !isReady(pod));
  const refusals = await Promise.all(
    unready.map((pod) => evict(namespace, name, pod, deadline, dependencies)),
  );
  return refusals.find((refused) => refused !== undefined);
}

/** Unready pods first, then from the last to the first, as the StatefulSet controller does. */
export function inEvictionOrder(pods: readonly Pod[]): Pod[] {
  return [...pods].sort(
    (a, b) =>
      Number(isReady(a)) - Number(isReady(b)) ||
      b.metadata.name.localeCompare(a.metadata.name, "en", { numeric: true }),
  );
}

export async function evict(
  namespace: string,
  name: string,
  { metadata }: Pod,
  deadline: number,
  { api, elapsed, sleep, report }: RolloutDependencies,
): Promise<Exclude<Outcome, "done"> | undefined> {
  const reported = { at: Number.NEGATIVE_INFINITY };
  for (let pause = 1_000; ; pause = Math.min(15_000, pause * 1.5)) {
    try {
      await api.request({
        method: "POST",
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(metadata.name)}/eviction`,
        body: {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { name: metadata.name, namespace },
          // a StatefulSet's next pod has the same name
          ...(metadata.uid ? { deleteOptions: { preconditions: { uid: metadata.uid } } } : {}),
        },
        final: [429],
      });
      return undefined;
    } catch (error) {
      if (hasStatus(error, 404) || hasStatus(error, 409)) return undefined;
      if (!hasStatus(error, 429)) throw error;
      if (elapsed() >= deadline)
        return {
          failed: `pod ${metadata.name} could not be evicted in time: ${error.serverMessage}`,
          cause: "other",
        };
      if (elapsed() - reported.at >= reportEvery) {
        report(`[${namespace}] ${name}: waiting to evict pod ${metadata.name}: ${refusal(error)}`);
        reported.at = elapsed();
      }
      const wait = Math.max(pause, (error.retryAfterSeconds ?? 0) * 1000);
      await sleep(Math.min(wait, deadline - elapsed()));
    }
  }
}

async function replacement(
  { namespace, workload, name }: Pick<Assessment, "namespace" | "workload" | "name">,
  evicted: Pod,
  enough: number,
  deadline: number,
  { api, elapsed, sleep }: RolloutDependencies,
): Promise<Exclude<Outcome, "done"> | undefined> {
  for (let pause = 200; ; pause = Math.min(2_000, pause * 1.3)) {
    const live: Workload | undefined = await readWorkload(api, namespace, workload);
    if (!live || live.metadata.deletionTimestamp !== undefined) return "gone";
    // count the pods, too: the status lags, and may still include the evicted pod
    const pods = await workloadPods(api, namespace, live, name);
    const others = pods.filter(({ metadata }) => !isSame(metadata, evicted.metadata));
    const ready = Math.min(others.filter(isReady).length, readiness(live).ready);
    // it may have been scaled down
    const wanted = Math.min(enough, readiness(live).wanted);
    if (ready >= wanted && others.length === pods.length) return undefined;
    if (elapsed() >= deadline) {
      const why = podReason(pods.filter((pod) => !isReady(pod)));
      return {
        failed: [`not ready in time: ${ready} of ${wanted} pods ready`, why].filter(Boolean).join("; "),
        cause: isSettingsFault(pods) ? "settings" : "other",
      };
    }
    await sleep(pause);
  }
}

function isSame(a: Pod["metadata"], b: Pod["metadata"]): boolean {
  return a.uid === undefined ? a.name === b.name : a.uid === b.uid;
}

function refusal({ serverMessage }: ApiError): string {
  return serverMessage.replace(/\.$/, "");
}
