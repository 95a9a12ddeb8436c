import type { KubernetesApi, ObjectMeta } from "../../provider/cluster/KubernetesApi";
import type { Workload } from "../../provider/cluster/workloads";
import { Rollout } from "../../provider/levels/RolloutOptions";
import { heldReason } from "../../provider/rollout/observe/rolloutStatus";
import { unmanagedPods, unmanagedSentence } from "../../provider/rollout/observe/unmanagedPods";
import { transientReasons } from "../../provider/rollout/plan/transientReasons";
import { skipReason } from "../../provider/rollout/policy/skipReason";
import { unreadyBefore } from "../../provider/rollout/policy/unreadyBefore";
import { staleVerdict } from "../rollout/staleVerdict";
import type { Situation } from "./Situation";

const monday = Date.parse("2025-01-06T01:59:00Z");

function workload(more: Partial<Workload> = {}): Workload {
  return {
    kind: "Deployment",
    metadata: { name: "api", generation: 1 },
    spec: { template: { spec: { containers: [] } } },
    ...more,
  };
}

function skipped(annotations: Record<string, string>, options: object = {}, ofNamespace = false): string {
  const metadata = { name: "api", ...(ofNamespace ? {} : { annotations }) };
  const about = { verdict: staleVerdict(), workload: workload({ metadata }) };
  return String(skipReason(about, ofNamespace ? { annotations } : {}, Rollout.parse(options), monday)?.why);
}

function held(kind: string, spec: object, status: Workload["status"] = {}): string {
  return String(heldReason(workload({ kind, spec: { ...workload().spec, ...spec }, status })));
}

function unready(kind: string, spec: object, status: object): string {
  const observed = { observedGeneration: 1, ...status };
  const about = workload({ kind, spec: { ...workload().spec, ...spec }, status: observed });
  return String(unreadyBefore(about, "aaaa"));
}

/** A pod with an earlier stamp, whose owner no restart reaches. */
async function unmanaged(owner?: { apiVersion: string; kind: string; name: string }, ends = false) {
  const pod: ObjectMeta = {
    name: "pod-1",
    annotations: { "sidecar.istio.io/status": '{"revision":"default"}', "sidecar-settings/stamp": "bbbb" },
    ...(owner ? { ownerReferences: [{ ...owner, uid: "1", controller: true }] } : {}),
  };
  const items = ends ? [{ metadata: { name: "pod-1" } }] : [];
  const api: KubernetesApi = { server: "memory", request: async <Answer>() => ({ items }) as Answer };
  const settings = { revision: "default", stamp: "aaaa", planned: undefined };
  const [found] = await unmanagedPods(api, "shop", [pod], [], settings);
  return found ? unmanagedSentence(found) : "no message";
}

/** Why a stale workload is waiting, and why pods are left as they are. */
export const workloads: readonly Situation[] = [
  ["it opted out", () => skipped({ "sidecar-settings/rollout": "never" })],
  ["its namespace opted out", () => skipped({ "sidecar-settings/rollout": "never" }, {}, true)],
  ["an opt-out in another word", () => skipped({ "sidecar-settings/rollout": "false" })],
  ["outside its window", () => skipped({ "sidecar-settings/maintenance-window": "Mon 02:00-03:00" })],
  ["a window that can't be read", () => skipped({ "sidecar-settings/maintenance-window": "at night" })],
  [
    "a window with another name for a day",
    () => skipped({ "sidecar-settings/maintenance-window": "Mo 02:00-03:00" }),
  ],
  ["an order that is not a number", () => skipped({ "sidecar-settings/rollout-order": "first" })],
  [
    "not among those that the rollout selects",
    () => skipped({}, { selector: { matchLabels: { tier: "back" } } }),
  ],
  ["strategy none", () => skipped({}, { strategy: "none" })],
  ["paused", () => held("Deployment", { paused: true })],
  ["OnDelete", () => held("StatefulSet", { updateStrategy: { type: "OnDelete" } })],
  ["no replicas", () => held("Deployment", { replicas: 0 })],
  [
    "an Argo Rollout between two steps",
    () => held("Rollout", {}, { phase: "Paused", message: "CanaryPauseStep" }),
  ],
  [
    "an Argo Rollout whose template can't be read",
    () => held("Rollout", { workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "api" } }),
  ],
  [
    "a Deployment that was not ready before",
    () => unready("Deployment", { replicas: 3 }, { replicas: 3, updatedReplicas: 3, availableReplicas: 1 }),
  ],
  [
    "a DaemonSet that was not ready before",
    () =>
      unready("DaemonSet", {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 1 }),
  ],
  ["not ready, in a preview", () => transientReasons.unready],
  ["what a new pod would be can't be told, in a preview", () => transientReasons.unknown],
  ["a Job's pods", () => unmanaged({ apiVersion: "batch/v1", kind: "Job", name: "report" })],
  ["a bare pod", () => unmanaged()],
  [
    "pods of a controller that is not known",
    () => unmanaged({ apiVersion: "acme/v1", kind: "Database", name: "db" }),
  ],
  [
    "pods of a controller that is not known, which run to their end",
    () => unmanaged({ apiVersion: "acme/v1", kind: "TaskRun", name: "build" }, true),
  ],
];
