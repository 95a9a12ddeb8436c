import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pod } from "../../../provider/cluster/podTemplate";
import { inEvictionOrder } from "../../../provider/rollout/execute/evictPods";
import { runRollout } from "../../../provider/rollout/execute/runRollout";
import { dependenciesOn } from "../dependenciesOn";
import { newStamp } from "../InMemoryCluster";
import { InMemoryPods, type PodsBehaviour } from "../InMemoryPods";
import { application } from "../injectedPod";
import { nothingDone } from "../nothingDone";
import { allWith } from "../rolloutWith";
import { staleVerdict } from "../staleVerdict";
import { VirtualClock } from "../VirtualClock";

async function run(behaviour: PodsBehaviour, options: object = {}) {
  const clock = new VirtualClock();
  const api = new InMemoryPods(clock.now, behaviour);
  const lines: string[] = [];
  const verdict = staleVerdict({ stalePods: behaviour.replicas, podNames: [], differences: [] });
  const workload = {
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: { template: { spec: { containers: [application] } } },
  };
  const assessment = {
    namespace: "shop",
    workload,
    name: "StatefulSet/db",
    pods: behaviour.replicas,
    verdict,
  };
  const settings = {
    revision: "default",
    stamp: newStamp,
    planned: undefined,
    strategy: "evict" as const,
  };
  const restarts = allWith([{ assessment, settings }], { strategy: "evict", ...options });
  const dependencies = dependenciesOn({ ...clock, api, report: (line) => void lines.push(line) });
  const { durations: _, ...summary } = await clock.run(runRollout(restarts, dependencies));
  return { summary, api, lines, seconds: clock.now() / 1000 };
}

describe("strategy evict", () => {
  it("evicts one pod after the other, last first, each when all are ready again, and changes no spec", async () => {
    const { summary, api, lines } = await run({ replicas: 3, seconds: 20 });
    assert.deepEqual(summary, { ...nothingDone, restarted: 1 });
    assert.deepEqual(
      api.log.map((line) => line.split(" ")[2]),
      ["db-2", "db-1", "db-0"],
    );
    assert.equal(api.fewestReady, 2);
    assert.equal(api.patched, 0);
    assert.match(lines[0] ?? "", /^\[shop\] 1\/1 restarted StatefulSet\/db \(3 pods, 6\d s\)$/);
  });

  it("evicts no other pod once a new one has no sidecar", async () => {
    const { summary, api } = await run({ replicas: 3, uninjected: true });
    assert.match(
      summary.failed["shop/StatefulSet/db"] ?? "",
      /^its restart gave 1 new pod \(db-2\) no sidecar/,
    );
    assert.equal(api.log.length, 1);
  });

  it("reaches owners that replace their pods only when deleted", async () => {
    const { summary, api } = await run({ replicas: 2, onDelete: true });
    assert.equal(summary.restarted, 1);
    assert.equal(api.log.length, 2);
  });

  it("waits for a budget that forbids it, asking less and less often, and says so", async () => {
    const { summary, api, lines } = await run({ replicas: 1, forbiddenUntil: 130 });
    assert.equal(summary.restarted, 1);
    assert.ok(Number(api.log[0]?.split(" ")[0]) >= 130);
    assert.ok(api.asked < 20, `${api.asked} requests`);
    const told = lines.filter((line) => line.includes("waiting to evict"));
    assert.equal(told.length, 3, "at once, and each minute");
    assert.equal(
      told[0],
      "[shop] StatefulSet/db: waiting to evict pod db-0: Cannot evict pod. The budget db needs 3 pods",
    );
  });

  it("fails with the budget's words only when the time is up", async () => {
    const { summary, seconds, api } = await run(
      { replicas: 2, forbiddenUntil: 1e6 },
      { timeoutPerWorkload: "5m" },
    );
    assert.deepEqual(summary.failed, {
      "shop/StatefulSet/db":
        "pod db-1 could not be evicted in time: Cannot evict pod. The budget db needs 3 pods.",
    });
    assert.ok(seconds > 280 && seconds <= 300, `${seconds} s`);
    assert.deepEqual(api.log, []);
  });

  it("has its timeout anew for each pod", async () => {
    const { summary, seconds } = await run({ replicas: 5, seconds: 50 }, { timeoutPerWorkload: "60s" });
    assert.deepEqual([summary.restarted, summary.failed], [1, {}]);
    assert.ok(seconds > 200, `${seconds} s`);
  });

  it("stops when a replacement does not become ready, and says why", async () => {
    const { summary, api } = await run({ replicas: 3, neverReady: true }, { timeoutPerWorkload: "60s" });
    assert.match(
      summary.failed["shop/StatefulSet/db"] ?? "",
      /^not ready in time: 2 of 3 pods ready; pod db-2, container db: CrashLoopBackOff$/,
    );
    assert.equal(api.log.length, 1);
  });

  it("evicts once more, and only once, pods that came with old settings", async () => {
    assert.equal((await run({ replicas: 2, stale: 1 })).api.log.length, 3);
    const { summary, api } = await run({ replicas: 2, stale: 99 });
    assert.match(summary.failed["shop/StatefulSet/db"] ?? "", /even after a second restart/);
    assert.equal(api.log.length, 4);
  });

  it("leaves a workload that is not ready alone, unless restartUnhealthy: then it needs no more pods than were ready", async () => {
    const behaviour = { replicas: 3, unready: ["db-0"] };
    const { summary, api } = await run(behaviour);
    assert.deepEqual(summary.waiting, { "shop/StatefulSet/db": "was not ready before: 2 of 3 pods ready" });
    assert.deepEqual(api.log, []);
    const anyway = await run(behaviour, { restartUnhealthy: true });
    assert.equal(anyway.summary.restarted, 1);
    assert.match(anyway.api.log[0] ?? "", /db-0$/);
  });
});

describe("pods are evicted", () => {
  it("unready ones first, then by falling number", () => {
    const pod = (name: string, status: string): Pod => ({
      metadata: { name },
      spec: { containers: [] },
      status: { conditions: [{ type: "Ready", status }] },
    });
    const pods = [pod("db-2", "True"), pod("db-10", "True"), pod("db-1", "False")];
    assert.deepEqual(
      inEvictionOrder(pods).map(({ metadata }) => metadata.name),
      ["db-1", "db-10", "db-2"],
    );
  });
});
