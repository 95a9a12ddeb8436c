import { type ApiError, hasStatus, pathIn } from "../../cluster/KubernetesApi.js";
import { isReady, type Pod } from "../../cluster/podTemplate.js";
import type { Assessment } from "../observe/Assessment.js";
import { readWorkload } from "../observe/readWorkload.js";
import { readiness } from "../observe/rolloutStatus.js";
import { workloadPods } from "../observe/workloadPods.js";
import { lostSidecars } from "./lostSidecars.js";
import { failureOf, type Outcome } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";

/** How often to report that a PodDisruptionBudget still blocks an eviction, in ms. */
const reportEvery = 60_000;

/**
 * Evicts these pods of a workload one by one, each only once as many pods are ready as the workload wants, or as it had if that is fewer.
 * Each has `patience`, in ms: so long evictions that a PodDisruptionBudget forbids are retried, and so long its successor may take.
 */
export async function evictPods(
  { namespace, workload, name }: Pick<Assessment, "namespace" | "workload" | "name">,
  podNames: readonly string[],
  patience: number,
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  const { api } = dependencies;
  const before = await workloadPods(api, namespace, name, workload.spec);
  const enough = Math.min(readiness(workload).wanted, before.filter(isReady).length);
  const now = async (): Promise<PodsNow | undefined> => {
    const live = await readWorkload(api, namespace, workload);
    // count the pods, too: the status lags, and may still include the evicted pod
    return live && { pods: await workloadPods(api, namespace, name, live.spec), ...readiness(live) };
  };
  const due = before.filter(({ metadata }) => podNames.includes(metadata.name));
  return evictInTurn({ namespace, name, before }, due, enough, now, patience, dependencies);
}

interface PodsNow {
  pods: readonly Pod[];
  /** How many the controller counts as ready, and how many it wants now: it may have been scaled down. */
  ready: number;
  wanted: number;
}

/**
 * Evicts pods one by one, each only once `enough` others are ready, and no other if a new one has no sidecar. `before`: the pods of the same
 * owner at the start; `now`: those at present, undefined if the owner is gone.
 */
export async function evictInTurn(
  { namespace, name, before }: Pick<Assessment, "namespace" | "name"> & { before: readonly Pod[] },
  due: readonly Pod[],
  enough: number,
  now: () => Promise<PodsNow | undefined>,
  patience: number,
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  for (const pod of inEvictionOrder(due)) {
    const deadline = dependencies.elapsed() + patience;
    const refused = await evict(namespace, name, pod, deadline, dependencies);
    if (refused) return refused;
    const replaced = await replacement(pod, enough, now, deadline, dependencies);
    if ("ended" in replaced) return replaced.ended;
    const lost = lostSidecars(replaced.pods, before);
    if (lost) return lost;
  }
  return "done";
}

/** Evicts all of these pods at once, without waiting for any to be ready. */
export async function evictAtOnce(
  { namespace, name }: Pick<Assessment, "namespace" | "name">,
  pods: readonly Pod[],
  patience: number,
  dependencies: RolloutDependencies,
): Promise<Exclude<Outcome, "done"> | undefined> {
  const deadline = dependencies.elapsed() + patience;
  const refusals = await Promise.all(pods.map((pod) => evict(namespace, name, pod, deadline, dependencies)));
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

async function evict(
  namespace: string,
  name: string,
  { metadata }: Pod,
  deadline: number,
  { api, elapsed, sleep, report }: RolloutDependencies,
): Promise<Exclude<Outcome, "done"> | undefined> {
  let reported = Number.NEGATIVE_INFINITY;
  for (let pause = 1_000; ; pause = Math.min(15_000, pause * 1.5)) {
    try {
      await api.request({
        method: "POST",
        path: pathIn(namespace, "pods", metadata.name, "eviction"),
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
      if (elapsed() - reported >= reportEvery) {
        report(`[${namespace}] ${name}: waiting to evict pod ${metadata.name}: ${refusal(error)}`);
        reported = elapsed();
      }
      const wait = Math.max(pause, (error.retryAfterSeconds ?? 0) * 1000);
      await sleep(Math.min(wait, deadline - elapsed()));
    }
  }
}

/** Waits for the successor of a pod; returns all pods once there is one. */
async function replacement(
  evicted: Pod,
  enough: number,
  now: () => Promise<PodsNow | undefined>,
  deadline: number,
  { elapsed, sleep }: RolloutDependencies,
): Promise<{ pods: readonly Pod[] } | { ended: Exclude<Outcome, "done"> }> {
  for (let pause = 200; ; pause = Math.min(2_000, pause * 1.3)) {
    const found = await now();
    if (!found) return { ended: "gone" };
    const { pods } = found;
    const others = pods.filter(({ metadata }) => !isSame(metadata, evicted.metadata));
    const ready = Math.min(others.filter(isReady).length, found.ready);
    const wanted = Math.min(enough, found.wanted);
    if (ready >= wanted && others.length === pods.length) return { pods };
    if (elapsed() >= deadline)
      return { ended: failureOf(`not ready in time: ${ready} of ${wanted} pods ready`, pods) };
    await sleep(pause);
  }
}

function isSame(a: Pod["metadata"], b: Pod["metadata"]): boolean {
  return a.uid === undefined ? a.name === b.name : a.uid === b.uid;
}

function refusal({ serverMessage }: ApiError): string {
  return serverMessage.replace(/\.$/, "");
}
