import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ApiCall,
  ApiError,
  type KubernetesApi,
  type ObjectMeta,
} from "../../../provider/cluster/KubernetesApi";
import type { Pod } from "../../../provider/cluster/podTemplate";
import type { Workload } from "../../../provider/cluster/workloads";
import type { NamespaceSettings } from "../../../provider/rollout/observe/Assessment";
import { assessWorkload } from "../../../provider/rollout/observe/assessWorkload";
import { ownerOf } from "../../../provider/rollout/observe/ownerOf";
import { application, injectedPod } from "../injectedPod";

const stamp = "aaaa";
const running = injectedPod({ proxy: { image: "proxyv2:1" } });

/** Pods `db-0` to `db-2`, as an injector with this pod in mind would see them. */
function assess(
  expected: Pod,
  spec: Partial<Workload["spec"]>,
  more: Partial<NamespaceSettings> = {},
  on: string | undefined = "bbbb",
  denial?: string,
) {
  const annotations: Record<string, string> = {
    "sidecar.istio.io/status": '{"revision":"default"}',
    ...(on === "" ? {} : { "sidecar-settings/stamp": on }),
  };
  const pods: ObjectMeta[] = [0, 1, 2].map((at) => ({
    name: `db-${at}`,
    annotations,
    labels: { "statefulset.kubernetes.io/pod-name": `db-${at}` },
  }));
  const api: KubernetesApi = {
    server: "memory",
    async request<Answer>({ method, path }: ApiCall) {
      if (method !== "POST") throw new Error(`asked for ${path}`);
      if (denial) throw new ApiError(403, "Forbidden", denial, { method, path });
      const given = { ...annotations, "sidecar-settings/stamp": stamp };
      return { ...expected, metadata: { name: "db", annotations: given } } as Answer;
    },
  };
  const inFull = new Map(pods.map((metadata) => [metadata.name, { ...running, metadata }]));
  const workload: Workload = {
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: { replicas: 3, template: { spec: { containers: [application] } }, ...spec },
  };
  const settings = { revision: "default", stamp, planned: undefined, ...more };
  return assessWorkload(api, "shop", workload, pods, settings, async () => inFull).then(
    ({ verdict }) => verdict,
  );
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

  it("with a partition: only pods that a restart replaces count, and the others are reported", async () => {
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
    const verdict = await assess(upgraded, {}, { restartOn: ["image"] }, stamp);
    assert.deepEqual(verdict.is === "stale" && verdict.differences, [
      { field: "istio-proxy image", from: "proxyv2:1", to: "proxyv2:2" },
    ]);
    assert.equal((await assess(running, {}, { restartOn: ["image"] }, stamp)).is, "current");
  });

  it("as up to date without a stamp and without settings, whatever a policy did to its amounts", async () => {
    const none = { stamp: undefined };
    assert.equal((await assess(changed, {}, none, "")).is, "current");
    const withImages = { ...none, restartOn: ["image"] as "image"[] };
    assert.equal((await assess(changed, {}, withImages, "")).is, "current");
    const verdict = await assess(upgraded, {}, withImages, "");
    assert.deepEqual(verdict.is === "stale" && verdict.differences.map(({ field }) => field), [
      "istio-proxy image",
    ]);
  });

  it("by the same stamp only as far as images go", async () => {
    const verdict = await assess(
      injectedPod({ proxy: { image: "proxyv2:2", resources: {} } }),
      {},
      { restartOn: ["image"] },
      stamp,
    );
    assert.deepEqual(verdict.is === "stale" && verdict.differences.map(({ field }) => field), [
      "istio-proxy image",
    ]);
  });

  it("by each pod's own labels where a selector picks pods of a StatefulSet", async () => {
    const forLabels = (labels: Readonly<Record<string, string>>) => ({
      stamp: labels["apps.kubernetes.io/pod-index"] === "1" ? stamp : "bbbb",
      planned: undefined,
    });
    // only `db-1` is due other settings than it has; its pods have no index, which an API server before 1.28 leaves out
    const verdict = await assess(changed, {}, { forLabels });
    assert.equal(verdict.is, "current");
    const byName = (labels: Readonly<Record<string, string>>) => ({
      stamp: labels["statefulset.kubernetes.io/pod-name"] === "db-1" ? stamp : "bbbb",
      planned: undefined,
    });
    const picked = await assess(changed, {}, { forLabels: byName });
    assert.deepEqual(picked.is === "stale" && picked.podNames, ["db-1"]);
  });

  const denials: [edge: string, denial: string, spec: Partial<Workload["spec"]>, is: string][] = [
    ["a full quota, where the old pod makes room", "exceeded quota: compute, requested: pods=1", {}, "stale"],
    ["a policy", "denied the request: no label team", {}, "unknown"],
  ];
  for (const [edge, denial, spec, is] of denials) {
    it(`by stamps where a dry run is denied by ${edge}`, async () => {
      const verdict = await assess(changed, spec, {}, "bbbb", denial);
      assert.equal(verdict.is, is);
      if (verdict.is === "stale")
        assert.deepEqual(verdict.differences, [{ field: "settings stamp", from: "bbbb", to: stamp }]);
      if (verdict.is === "unknown") assert.match(verdict.why, /a new pod would be denied: .*no label team$/);
      assert.equal((await assess(changed, spec, {}, stamp, denial)).is, "current");
    });
  }

  it("as held where its owner is", async () => {
    const onDelete = { updateStrategy: { type: "OnDelete" } };
    assert.equal((await assess(changed, onDelete)).is, "held");
    assert.equal((await assess(changed, onDelete, { strategy: "evict" })).is, "stale");
    const elsewhere = { workloadRef: { kind: "Deployment", name: "db" } };
    assert.equal((await assess(changed, elsewhere, { strategy: "evict" })).is, "held");
  });
});

describe("the owner of a pod", () => {
  const of = (kind: string, name: string, labels: Record<string, string> = {}, apiVersion = "apps/v1") =>
    ownerOf({
      name: "a",
      labels,
      ownerReferences: [{ apiVersion, kind, name, uid: "1", controller: true }],
    });
  it("is the workload behind its ReplicaSet, Argo's too", () => {
    assert.equal(of("ReplicaSet", "api-5d4", { "pod-template-hash": "5d4" }), "Deployment/api");
    assert.equal(of("ReplicaSet", "api-5d4", { "rollouts-pod-template-hash": "5d4" }), "Rollout/api");
    assert.equal(of("ReplicaSet", "api-5d4"), "ReplicaSet/api-5d4");
    assert.equal(of("StatefulSet", "db"), "StatefulSet/db");
    assert.equal(ownerOf({ name: "bare" }), undefined);
  });
  it("has its group where its kind alone would mean another", () => {
    assert.equal(of("StatefulSet", "db", {}, "apps.kruise.io/v1beta1"), "StatefulSet.apps.kruise.io/db");
    assert.equal(of("Rollout", "api", {}, "argoproj.io/v1alpha1"), "Rollout/api");
    assert.equal(of("Cluster", "db", {}, "databases.example.com/v1"), "Cluster/db");
  });
});
