import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ApiCall, KubernetesApi, ObjectMeta } from "../../provider/cluster/KubernetesApi";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { assessWorkload, type NamespaceSettings, ownerOf } from "../../provider/rollout/assess";
import { application, injectedPod } from "./injectedPod";

const stamp = "aaaa";
const running = injectedPod({ proxy: { image: "proxyv2:1" } });

/** Pods `db-0` to `db-2`, as an injector with this pod in mind would see them. */
function assess(
  expected: Pod,
  spec: Partial<Workload["spec"]>,
  more: Partial<NamespaceSettings> = {},
  on = "bbbb",
) {
  const annotations = { "sidecar.istio.io/status": '{"revision":"default"}', "sidecar-settings/stamp": on };
  const pods: ObjectMeta[] = [0, 1, 2].map((at) => ({ name: `db-${at}`, annotations }));
  const api: KubernetesApi = {
    server: "memory",
    async request<Answer>({ method }: ApiCall) {
      return { ...(method === "POST" ? expected : running), metadata: { name: "db", annotations } } as Answer;
    },
  };
  const workload: Workload = {
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: { replicas: 3, template: { spec: { containers: [application] } }, ...spec },
  };
  const settings = { revision: "default", stamp, planned: undefined, ...more };
  return assessWorkload(api, "shop", workload, pods, settings).then(({ verdict }) => verdict);
}

const changed = injectedPod({ proxy: { image: "proxyv2:1", resources: {} } });
const upgraded = injectedPod({ proxy: { image: "proxyv2:2" } });
const partition = (number: number) => ({ updateStrategy: { rollingUpdate: { partition: number } } });

describe("a workload is assessed", () => {
  it("as stale in all its pods", async () => {
    const verdict = await assess(changed, {});
    assert.deepEqual(verdict.is === "stale" && verdict.podNames, ["db-0", "db-1", "db-2"]);
    assert.equal("left" in verdict, false);
  });

  it("with a partition: only pods that a restart replaces count, and the others are told", async () => {
    const verdict = await assess(changed, partition(2));
    assert.ok(verdict.is === "stale");
    assert.deepEqual([verdict.stalePods, verdict.podNames], [1, ["db-2"]]);
    assert.match(
      verdict.left ?? "",
      /^updateStrategy partition 2: its pods below 2 are replaced when deleted$/,
    );
    assert.equal((await assess(changed, partition(3))).is, "held");
    const evicted = await assess(changed, partition(3), { strategy: "evict" });
    assert.equal(evicted.is === "stale" && evicted.stalePods, 3);
  });

  it("by images only where asked for, even where the stamp is the same", async () => {
    assert.equal((await assess(upgraded, {})).is, "masked");
    assert.equal((await assess(upgraded, {}, {}, stamp)).is, "current");
    const verdict = await assess(upgraded, {}, { include: ["image"] }, stamp);
    assert.deepEqual(verdict.is === "stale" && verdict.differences, [
      { field: "istio-proxy image", from: "proxyv2:1", to: "proxyv2:2" },
    ]);
    assert.equal((await assess(running, {}, { include: ["image"] }, stamp)).is, "current");
  });

  it("as held where its owner is, by how pods are replaced", async () => {
    const onDelete = { updateStrategy: { type: "OnDelete" } };
    assert.equal((await assess(changed, onDelete)).is, "held");
    assert.equal((await assess(changed, onDelete, { strategy: "evict" })).is, "stale");
    const elsewhere = { workloadRef: { kind: "Deployment", name: "db" } };
    assert.equal((await assess(changed, elsewhere, { strategy: "evict" })).is, "held");
  });
});

describe("the owner of a pod", () => {
  const of = (kind: string, name: string, labels: Record<string, string> = {}) =>
    ownerOf({
      name: "a",
      labels,
      ownerReferences: [{ apiVersion: "v1", kind, name, uid: "1", controller: true }],
    });
  it("is the workload behind its ReplicaSet, Argo's too", () => {
    assert.equal(of("ReplicaSet", "api-5d4", { "pod-template-hash": "5d4" }), "Deployment/api");
    assert.equal(of("ReplicaSet", "api-5d4", { "rollouts-pod-template-hash": "5d4" }), "Rollout/api");
    assert.equal(of("ReplicaSet", "api-5d4"), "ReplicaSet/api-5d4");
    assert.equal(of("StatefulSet", "db"), "StatefulSet/db");
    assert.equal(ownerOf({ name: "bare" }), undefined);
  });
});
