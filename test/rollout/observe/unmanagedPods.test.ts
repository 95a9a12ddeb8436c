import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ApiCall,
  ApiError,
  type KubernetesApi,
  type ObjectMeta,
} from "../../../provider/cluster/KubernetesApi";
import { Rollout } from "../../../provider/levels/RolloutOptions";
import { rollUnmanaged } from "../../../provider/rollout/execute/rollUnmanaged";
import { isEvictable, unmanagedPods } from "../../../provider/rollout/observe/unmanagedPods";
import { dependenciesOn } from "../dependenciesOn";
import { nothingDone } from "../nothingDone";
import { VirtualClock } from "../VirtualClock";

const stamp = "aaaa";
const settings = { stamp, revision: "default", planned: undefined };

function pod(name: string, owner?: string, more: Partial<ObjectMeta> = {}, on = "bbbb"): ObjectMeta {
  const [kind = "", ownerName = ""] = owner?.split("/") ?? [];
  return {
    name,
    uid: `uid-${name}`,
    ...more,
    annotations: {
      "sidecar.istio.io/status": '{"revision":"default"}',
      "sidecar-settings/stamp": on,
      ...more.annotations,
    },
    ...(owner
      ? { ownerReferences: [{ apiVersion: "apps/v1", kind, name: ownerName, uid: "1", controller: true }] }
      : {}),
  };
}

/** Where these pods run to their end. */
function ending(...names: readonly string[]): KubernetesApi {
  const items = names.map((name) => ({ metadata: { name } }));
  return { server: "memory", request: async <Answer>() => ({ items }) as Answer };
}

describe("pods that no restart replaces", () => {
  const rows: [string, ObjectMeta, string | undefined, RegExp?][] = [
    ["a Job's", pod("a", "Job/report"), "Job/report", /next run has the settings$/],
    ["a bare one", pod("a"), "Pod/a", /no controller recreates it/],
    [
      "a ReplicaSet's without Deployment",
      pod("a", "ReplicaSet/old"),
      "ReplicaSet/old",
      /replaced with rollout strategy evict, or when you delete them$/,
    ],
    [
      "a Deployment's that is gone",
      pod("a", "ReplicaSet/api-f00", { labels: { "pod-template-hash": "f00" } }),
      "Deployment/api",
      /its Deployment is not there/,
    ],
    [
      "an Argo Rollout's that may not be listed",
      pod("a", "ReplicaSet/api-f00", { labels: { "rollouts-pod-template-hash": "f00" } }),
      "Rollout/api",
      /its Rollout is not there/,
    ],
    ["a managed one", pod("a", "StatefulSet/db"), undefined],
    ["one with the settings", pod("a", "Job/report", {}, stamp), undefined],
    ["one of another template", pod("a", undefined, { annotations: { only: "gateway" } }), undefined],
    [
      "another revision's",
      pod("a", "Job/report", { annotations: { "sidecar.istio.io/status": '{"revision":"canary"}' } }),
      undefined,
    ],
  ];
  for (const [edge, metadata, name, why] of rows) {
    it(`${edge}: ${name ?? "not among them"}`, async () => {
      const getsSettings = (annotations: ObjectMeta["annotations"]) => annotations?.only === undefined;
      const given = { ...settings, getsSettings };
      const [found] = await unmanagedPods(ending(), "shop", [metadata], [{ name: "StatefulSet/db" }], given);
      assert.equal(found?.name, name);
      if (why) assert.match(found?.why ?? "", why);
    });
  }

  it("are told from runs, which no eviction replaces", async () => {
    const pods = [pod("db-0", "Cluster/db"), pod("build-1", "TaskRun/build")];
    const found = await unmanagedPods(ending("build-1"), "shop", pods, [], settings);
    assert.deepEqual(
      found.map((one) => [one.name, isEvictable(one)]),
      [
        ["Cluster/db", true],
        ["TaskRun/build", false],
      ],
    );
    assert.match(found[1]?.why ?? "", /^pods of a TaskRun run to their end/);
  });

  it("are counted by owner; without settings, those with a stamp", async () => {
    const pods = [pod("a", "Job/report"), pod("b", "Job/report"), pod("c")];
    const none = { ...settings, stamp: undefined };
    assert.deepEqual(
      (await unmanagedPods(ending(), "shop", pods, [], none)).map(({ name, pods }) => [name, pods]),
      [
        ["Job/report", 2],
        ["Pod/c", 1],
      ],
    );
  });
});

describe("bare pods", () => {
  const owned = pod("owned");
  // an owner that does not control it may still clean up after it
  owned.ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "run", uid: "1" }];
  const pods = [
    pod("debug"),
    pod("kept", undefined, { annotations: { "sidecar-settings/rollout": "never" } }),
    owned,
    pod("a", "Job/report"),
  ];

  async function roll(options: object, summary = nothingDone, answer?: ApiError) {
    const calls: ApiCall[] = [];
    const api: KubernetesApi = {
      server: "memory",
      async request<Answer>(call: ApiCall) {
        calls.push(call);
        if (answer) throw answer;
        return {} as Answer;
      },
    };
    const unmanaged = (await unmanagedPods(ending(), "shop", pods, [], settings)).map((found) => ({
      found,
      settings,
      rollout: Rollout.parse(options),
    }));
    const dependencies = dependenciesOn({ ...new VirtualClock(), api });
    return { summary: await rollUnmanaged(unmanaged, summary, dependencies), calls };
  }

  it("are only reported by default", async () => {
    const { summary, calls } = await roll({});
    assert.deepEqual(calls, []);
    assert.deepEqual(Object.keys(summary.unmanaged ?? {}), [
      "shop/Job/report",
      "shop/Pod/debug",
      "shop/Pod/kept",
      "shop/Pod/owned",
    ]);
    assert.equal(summary.deleted, undefined);
  });

  it("are deleted where asked for, by their uid, unless they opted out or have an owner", async () => {
    const { summary, calls } = await roll({ deleteBarePods: true });
    assert.deepEqual(
      calls.map(({ method, path, body }) => [method, path, body]),
      [["DELETE", "/api/v1/namespaces/shop/pods/debug", { preconditions: { uid: "uid-debug" } }]],
    );
    assert.equal(summary.deleted, 1);
    assert.deepEqual(Object.keys(summary.unmanaged ?? {}), [
      "shop/Job/report",
      "shop/Pod/kept",
      "shop/Pod/owned",
    ]);
  });

  it("stay with strategy none, and after a failure that stops", async () => {
    assert.deepEqual((await roll({ deleteBarePods: true, strategy: "none" })).calls, []);
    const failed = { ...nothingDone, failed: { "shop/Deployment/api": "too slow" } };
    assert.deepEqual((await roll({ deleteBarePods: true }, failed)).calls, []);
    assert.equal((await roll({ deleteBarePods: true, onFailure: "continue" }, failed)).calls.length, 1);
  });

  it("that are gone are no failure; those that may not be deleted are", async () => {
    const error = (status: number) =>
      new ApiError(status, "", "not allowed", { method: "DELETE", path: "/" });
    assert.deepEqual((await roll({ deleteBarePods: true }, nothingDone, error(404))).summary.failed, {});
    const { summary } = await roll({ deleteBarePods: true }, nothingDone, error(403));
    assert.match(summary.failed["shop/Pod/debug"] ?? "", /not allowed/);
  });

  it("leave nothing in the summary where there are none", async () => {
    const dependencies = dependenciesOn({ ...new VirtualClock(), api: {} as KubernetesApi });
    assert.deepEqual(await rollUnmanaged([], nothingDone, dependencies), nothingDone);
  });
});
