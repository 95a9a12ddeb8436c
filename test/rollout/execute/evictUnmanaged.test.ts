import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rollUnmanaged } from "../../../provider/rollout/execute/rollUnmanaged";
import { replacementOf, type Unmanaged } from "../../../provider/rollout/policy/Unmanaged";
import { dependenciesOn } from "../dependenciesOn";
import { newStamp } from "../InMemoryCluster";
import { InMemoryPods, type PodsBehaviour } from "../InMemoryPods";
import { nothingDone } from "../nothingDone";
import { rolloutWith } from "../rolloutWith";
import { VirtualClock } from "../VirtualClock";

function owned(name: string, options: object, more: Partial<Unmanaged["found"]> = {}): Unmanaged {
  const podNames = ["db-0", "db-1"];
  return {
    found: { namespace: "shop", name, pods: podNames.length, podNames, why: "", ...more },
    settings: { revision: "default", stamp: newStamp, planned: undefined },
    rollout: rolloutWith(options),
  };
}

async function run(behaviour: PodsBehaviour, options: object) {
  const clock = new VirtualClock();
  const api = new InMemoryPods(clock.now, behaviour);
  const dependencies = dependenciesOn({ ...clock, api });
  // the pods say whose they are; what matters is that nobody reads this owner
  const one = owned("StatefulSet/db", options);
  const evictable = { ...one, found: { ...one.found, name: "Cluster/db" } };
  api.owner = { kind: "Cluster", name: "db" };
  return { summary: await clock.run(rollUnmanaged([evictable], nothingDone, dependencies)), api };
}

describe("pods of a controller that can't be restarted", () => {
  it("are evicted one by one with strategy evict, each once as many are ready as before", async () => {
    const { summary, api } = await run({ replicas: 2, seconds: 20 }, { strategy: "evict" });
    assert.deepEqual(summary, { ...nothingDone, restarted: 1 });
    assert.deepEqual(
      api.log.map((line) => line.split(" ")[2]),
      ["db-1", "db-0"],
    );
    assert.equal(api.fewestReady, 1);
  });

  it("fail where a new pod has no sidecar, and no other is evicted", async () => {
    const { summary, api } = await run({ replicas: 2, uninjected: true }, { strategy: "evict" });
    assert.match(summary.failed["shop/Cluster/db"] ?? "", /^its restart gave 1 new pod \(db-1\) no sidecar/);
    assert.equal(summary.restarted, 0);
    assert.equal(api.log.length, 1);
  });

  it("wait for their budget, and fail with its words when the time is up", async () => {
    const rollout = { strategy: "evict", timeoutPerWorkload: "60s" };
    const { summary, api } = await run({ replicas: 2, forbiddenUntil: 1e6 }, rollout);
    assert.match(summary.failed["shop/Cluster/db"] ?? "", /could not be evicted in time: .*budget/);
    assert.deepEqual(api.log, []);
  });

  it("are only listed, with what to do, with any other strategy", async () => {
    const { summary, api } = await run({ replicas: 2 }, {});
    assert.deepEqual(Object.keys(summary.unmanaged ?? {}), ["shop/Cluster/db"]);
    assert.deepEqual(api.log, []);
  });

  for (const [edge, done, isCancelled, cancelled] of [
    ["a workload failed", { ...nothingDone, failed: { "shop/Deployment/api": "not ready" } }, false, {}],
    ["the update was cancelled", nothingDone, true, { cancelled: true }],
  ] as const) {
    it(`count as not started, and nobody is told how to replace them, if ${edge}`, async () => {
      const clock = new VirtualClock();
      const said: string[] = [];
      const report = (line: string) => said.push(line);
      const api = new InMemoryPods(clock.now, { replicas: 2 });
      const all = [
        owned("Cluster/db", { strategy: "evict" }),
        owned("Pod/debug", { deleteBarePods: true }, { bare: { name: "debug" } }),
        owned("Job/report", { strategy: "evict" }),
      ];
      const dependencies = dependenciesOn({ ...clock, api, report, isCancelled: () => isCancelled });
      const summary = await clock.run(rollUnmanaged(all, done, dependencies));
      const unmanaged = Object.keys(summary.unmanaged ?? {});
      assert.deepEqual(
        { ...summary, unmanaged },
        { ...done, notStarted: 2, unmanaged: ["shop/Job/report"], ...cancelled },
      );
      assert.deepEqual([said.length, api.log], [1, []]);
    });
  }

  const evict = { strategy: "evict" };
  const rows: [edge: string, one: Unmanaged, is: boolean][] = [
    ["a custom resource's", owned("Cluster/db", evict), true],
    ["a ReplicationController's", owned("ReplicationController/old", evict), true],
    ["a Job's, which would count it as failed", owned("Job/report", evict), false],
    ["a bare pod", owned("Pod/debug", evict, { bare: { name: "debug" } }), false],
    ["a Deployment's that may not be listed", owned("Deployment/api", evict), false],
    ["a run's, which would count it as failed", owned("TaskRun/build", evict, { end: true }), false],
    ["a custom StatefulSet's", owned("StatefulSet.apps.kruise.io/db", evict), true],
    [
      "those that the selector leaves out",
      owned("Cluster/db", { ...evict, selector: { matchLabels: { tier: "web" } } }),
      false,
    ],
    ["with strategy restart", owned("Cluster/db", {}), false],
  ];
  for (const [edge, one, is] of rows) {
    it(`${is ? "can" : "can't"} be evicted: ${edge}`, () => {
      assert.equal(replacementOf(one, 0), is ? "evicted" : undefined);
    });
  }
});
