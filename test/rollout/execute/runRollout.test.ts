import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RolloutSummary } from "../../../provider/rollout/execute/RolloutSummary";
import { runRollout } from "../../../provider/rollout/execute/runRollout";
import type { Assessment } from "../../../provider/rollout/observe/Assessment";
import type { Restart } from "../../../provider/rollout/plan/Restart";
import { restartAnnotation } from "../../../provider/rollout/policy/restartAnnotation";
import { dependenciesOn } from "../dependenciesOn";
import { type Behaviour, InMemoryCluster, newStamp } from "../InMemoryCluster";
import { application } from "../injectedPod";
import { nothingDone } from "../nothingDone";
import { allWith, rolloutWith } from "../rolloutWith";
import { staleVerdict } from "../staleVerdict";
import { VirtualClock } from "../VirtualClock";

const stale = staleVerdict();

function restartOf(
  name: string,
  verdict: Assessment["verdict"] = staleVerdict(),
  annotations: Record<string, string> = {},
): Restart {
  const template = { spec: { containers: [application] } };
  const workload = { kind: "Deployment", metadata: { name, annotations }, spec: { template } };
  const assessment = { namespace: "shop", workload, name: `Deployment/${name}`, pods: 1, verdict };
  const settings = { revision: "default", stamp: newStamp, planned: undefined };
  return { assessment, settings, rollout: rolloutWith() };
}

interface Run {
  /** Without durations, which are most tests' only moving part. */
  summary: RolloutSummary;
  durations: RolloutSummary["durations"];
  cluster: InMemoryCluster;
  lines: string[];
  /** When each workload was restarted, in seconds. */
  starts: number[];
}

async function run(
  behaviours: Record<string, Behaviour>,
  options: object = {},
  restarts = Object.keys(behaviours).map((name) => restartOf(name)),
  given: string | null = newStamp,
): Promise<Run> {
  const clock = new VirtualClock();
  const cluster = new InMemoryCluster(clock.now, behaviours, given);
  const lines: string[] = [];
  const dependencies = dependenciesOn({
    ...clock,
    api: cluster,
    report: (line) => void lines.push(line),
  });
  const { durations, ...summary } = await clock.run(runRollout(allWith(restarts, options), dependencies));
  const starts = cluster.log.map((line) => Number(line.split(" ")[0]));
  return { summary, durations, cluster, lines, starts };
}

const of = (count: number, behaviour: Behaviour = {}) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`w${at}`, behaviour]));

describe("the pace of a rollout", () => {
  for (const maxConcurrent of [1, 2, 3, 10]) {
    it(`restarts at most ${maxConcurrent} of 10 workloads at once, and that many`, async () => {
      const { summary, starts } = await run(of(10, { seconds: 5 }), { maxConcurrent });
      assert.deepEqual(summary, { ...nothingDone, restarted: 10 });
      // each takes 5 s or, by the interval of looking, a little more
      const mostAtOnce = Math.max(
        ...starts.map((at) => starts.filter((other) => other <= at && at < other + 5).length),
      );
      assert.equal(mostAtOnce, maxConcurrent);
    });
  }

  it("starts nothing more once the update is cancelled, and waits for what was started", async () => {
    const clock = new VirtualClock();
    const cluster = new InMemoryCluster(clock.now, of(4, { seconds: 5 }));
    const restarts = allWith(
      Array.from({ length: 4 }, (_, at) => restartOf(`w${at}`)),
      { maxConcurrent: 1 },
    );
    const isCancelled = () => clock.now() >= 7_000;
    const rollout = runRollout(restarts, dependenciesOn({ ...clock, api: cluster, isCancelled }));
    const { durations: _, ...summary } = await clock.run(rollout);
    assert.deepEqual(summary, { ...nothingDone, restarted: 2, notStarted: 2, cancelled: true });
  });

  it("pauses between workloads: the next one starts no sooner", async () => {
    const { starts, summary } = await run(of(3, { seconds: 5 }), { maxConcurrent: 1, pauseBetween: "60s" });
    assert.equal(summary.restarted, 3);
    const gaps = starts.slice(1).map((at, before) => at - (starts[before] ?? 0));
    for (const gap of gaps) assert.ok(gap >= 65 && gap < 70, `${gap} s`);
  });

  it("does not pause behind the last one, nor where no pause is asked for", async () => {
    const clock = new VirtualClock();
    const cluster = new InMemoryCluster(clock.now, of(1));
    const restarts = allWith([restartOf("w0")], { pauseBetween: "1h" });
    await clock.run(runRollout(restarts, dependenciesOn({ ...clock, api: cluster })));
    assert.ok(clock.now() < 60_000, `${clock.now()} ms`);
    const { starts } = await run(of(2, { seconds: 1 }), { maxConcurrent: 1 });
    assert.ok((starts[1] ?? 0) < 3);
  });
});

describe("after a failure", () => {
  const broken = { a: { exceedsDeadline: true }, b: {}, c: {}, d: {} };

  it("a rollout stops: what was not started is left alone, and counted", async () => {
    const { summary, cluster, lines } = await run(broken, { maxConcurrent: 1 });
    assert.deepEqual(summary, { ...nothingDone, failed: { "shop/Deployment/a": "too slow" }, notStarted: 3 });
    assert.equal(cluster.restartsOf("b"), 0);
    assert.deepEqual(lines, ["[shop] 1/4 failed Deployment/a after 0 s: too slow"]);
  });

  it("a rollout that stops waits for what is under way", async () => {
    const { summary } = await run({ ...broken, b: { seconds: 30 } }, { maxConcurrent: 2 });
    assert.deepEqual(summary, {
      ...nothingDone,
      restarted: 1,
      failed: { "shop/Deployment/a": "too slow" },
      notStarted: 2,
    });
  });

  it("a rollout that pauses starts nothing when another workload fails meanwhile", async () => {
    const late = { a: {}, b: { neverReady: true }, c: {}, d: {} };
    const { summary } = await run(late, { maxConcurrent: 2, pauseBetween: "60s", timeoutPerWorkload: "30s" });
    assert.equal(summary.restarted, 1);
    assert.equal(summary.notStarted, 2);
  });

  it("a rollout with onFailure continue goes on", async () => {
    const { summary } = await run(broken, { maxConcurrent: 1, onFailure: "continue" });
    assert.deepEqual(summary, { ...nothingDone, restarted: 3, failed: { "shop/Deployment/a": "too slow" } });
  });
});

describe("a workload fails when", () => {
  const rows: [string, Behaviour, RegExp][] = [
    ["its progress deadline passes", { exceedsDeadline: true }, /^too slow$/],
    [
      "it is not ready in time, with the reason of its pod",
      { neverReady: true },
      /^not ready in time: 0 of 1 new pods available; pod api-1, container api: ImagePullBackOff: no such image$/,
    ],
    [
      "its pods come with old settings twice",
      { staleRestarts: 9 },
      /old settings even after a second restart: pod api-1 came from revision default with 0ddba11c0de0, expected feedc0ffee00: an istiod replica lags, or another webhook changes the sidecar$/,
    ],
    [
      "its operator takes the annotation off, which says who did",
      { operator: true },
      /^its restart was undone by collector-operator, which writes its pod template, .*: use rollout strategy evict/,
    ],
    [
      "its controller replaces no pod",
      { idle: true },
      /^its controller reports the rollout as complete, but did not replace 1 of its pods \(api-1\)/,
    ],
  ];
  for (const [edge, behaviour, why] of rows) {
    it(edge, async () => {
      const { summary } = await run({ api: behaviour }, { timeoutPerWorkload: "60s" });
      assert.match(summary.failed["shop/Deployment/api"] ?? "", why);
      assert.equal(summary.restarted, 0);
    });
  }
});

describe("a workload of many pods", () => {
  const timeout = { timeoutPerWorkload: "60s" };
  it("has its timeout anew while further pods become ready", async () => {
    const { summary } = await run({ api: { replicas: 10, seconds: 50 } }, timeout);
    assert.deepEqual([summary.restarted, summary.failed], [1, {}]);
  });
  it("fails when no further pod becomes ready for so long", async () => {
    const { summary } = await run({ api: { replicas: 10, seconds: 150 } }, timeout);
    assert.deepEqual(summary.failed, {
      "shop/Deployment/api": "not ready in time: 0 of 10 new pods available",
    });
  });
});

describe("a restart", () => {
  it("is marked with the settings' stamp, not a time, and reported with its pods and seconds", async () => {
    const { cluster, lines } = await run({ api: { seconds: 14 } });
    assert.deepEqual(cluster.annotationsOf("api"), { [restartAnnotation]: newStamp });
    assert.match(lines.join("\n"), /^\[shop\] 1\/1 restarted Deployment\/api \(1 pod, 1[45] s\)$/);
  });

  it("is repeated, and only once, where new pods came with old settings", async () => {
    const { cluster, summary, lines } = await run({ api: { staleRestarts: 1 } });
    assert.equal(summary.restarted, 1);
    assert.equal(cluster.restartsOf("api"), 2);
    assert.equal(cluster.annotationsOf("api")[restartAnnotation], `${newStamp}.2`);
    assert.match(lines[0] ?? "", /new pods came with old settings, restarting once more$/);
  });

  it("that an earlier rollout began for these settings is only waited for", async () => {
    const annotations = { [restartAnnotation]: newStamp };
    const { cluster, summary } = await run({ api: { annotations, underWay: true, seconds: 20 } });
    assert.equal(summary.restarted, 1);
    assert.deepEqual(cluster.log, []);
  });

  it("is skipped where another level's rollout was faster: the workload is already up to date", async () => {
    const { cluster, summary, lines } = await run({ api: { underWay: true, seconds: 0 } });
    assert.deepEqual(summary, { ...nothingDone, current: 1 });
    assert.deepEqual(cluster.log, []);
    assert.deepEqual(lines, ["[shop] 1/1 Deployment/api is already up to date"]);
  });

  it("fails, and is not called up to date, where the API server admits no new pods", async () => {
    const { cluster, summary } = await run({ api: { denied: true } });
    assert.match(
      summary.failed["shop/Deployment/api"] ?? "",
      /a new pod would be denied: exceeded quota: pods$/,
    );
    assert.equal(summary.current, 0);
    assert.deepEqual(cluster.log, []);
  });

  it("fails, and the next one is left alone, where new pods get no sidecar", async () => {
    const { cluster, summary } = await run({ api: { uninjected: true }, web: {} }, { maxConcurrent: 1 });
    assert.deepEqual(summary, {
      ...nothingDone,
      failed: {
        "shop/Deployment/api":
          "its restart gave 1 new pod (api-1) no sidecar, though the old ones had one: see whether istiod runs and the namespace still has its injection label, and restart it",
      },
      notStarted: 1,
    });
    assert.equal(cluster.restartsOf("api"), 1);
  });

  const deleted: [edge: string, behaviour: Behaviour, options: object][] = [
    ["before its turn", { gone: true }, {}],
    ["while it restarts", { goneOnTheWay: true }, {}],
    ["while it restarts, with rollback", { goneOnTheWay: true }, { onFailure: "rollback" }],
  ];
  for (const [edge, behaviour, options] of deleted) {
    it(`skips a workload that is deleted ${edge}, and the others go on`, async () => {
      const { summary, lines } = await run({ api: behaviour, web: {} }, { ...options, maxConcurrent: 1 });
      assert.deepEqual(summary, { ...nothingDone, restarted: 1, gone: 1 });
      assert.equal(lines[0], "[shop] 1/2 Deployment/api is gone: nothing to do");
    });
  }

  it("is left to whoever pauses the workload meanwhile", async () => {
    const { summary } = await run({ api: { pausedOnTheWay: true } }, { onFailure: "rollback" });
    const why = "the rollout was held up meanwhile: paused";
    assert.deepEqual(summary, { ...nothingDone, waiting: { "shop/Deployment/api": why } });
  });

  const causes: [
    edge: string,
    behaviour: Behaviour,
    rollsBack: boolean,
    others: "restarted" | "notStarted",
  ][] = [
    ["its progress deadline passes", { exceedsDeadline: true }, true, "notStarted"],
    ["its application's image can't be had", { neverReady: true }, false, "notStarted"],
    ["an injector replica lags", { staleRestarts: 9 }, false, "notStarted"],
    ["its operator isRollback the restart", { operator: true }, false, "restarted"],
  ];
  for (const [edge, behaviour, rollsBack, others] of causes) {
    it(`that fails because ${edge} ${rollsBack ? "is" : "is not"} rolled back; the others: ${others}`, async () => {
      const options = { maxConcurrent: 1, onFailure: "rollback", timeoutPerWorkload: "60s" };
      const { summary } = await run({ api: behaviour, web: {} }, options);
      assert.equal(Object.keys(summary.failed).length, 1);
      assert.equal(summary.rollsBack ?? false, rollsBack);
      assert.equal(summary[others], 1);
    });
  }

  it('is marked "none" once no settings are left, so that an interrupted removal can be resumed', async () => {
    const behaviours = { api: { annotations: { [restartAnnotation]: newStamp } } };
    const { cluster } = await run(behaviours, {}, [withoutStamp(restartOf("api"))], null);
    assert.equal(cluster.annotationsOf("api")[restartAnnotation], "none");
  });

  it("is for what the injector gives now, if another program changed weaker levels meanwhile", async () => {
    const earlier = "0ddba11ca5e0";
    const restart = restartOf("api");
    const outdated = { ...restart, settings: { ...restart.settings, stamp: earlier } };
    // the other program's pods are on their way; those of its restart would have been given the earlier settings
    const annotations = { [restartAnnotation]: earlier };
    const behaviour = { annotations, underWay: true, seconds: 20, staleRestarts: 1 };
    const options = { restartUnhealthy: true };
    const { cluster, summary } = await run({ api: behaviour }, options, [outdated]);
    assert.deepEqual(cluster.annotationsOf("api"), { [restartAnnotation]: newStamp });
    assert.deepEqual([summary.restarted, cluster.restartsOf("api")], [1, 2]);
  });
});

describe("a workload is waiting", () => {
  const never = { "sidecar-settings/rollout": "never" };
  const why = 'its annotation sidecar-settings/rollout is "never"';

  it("when it opted out, and the others restart", async () => {
    const restarts = [restartOf("a", stale, never), restartOf("b")];
    const { summary, cluster, lines } = await run({ a: { own: never }, b: {} }, {}, restarts);
    assert.deepEqual(summary, { ...nothingDone, restarted: 1, waiting: { "shop/Deployment/a": why } });
    assert.equal(cluster.restartsOf("a"), 0);
    assert.equal(lines[0], `[shop] Deployment/a is waiting: ${why}`);
  });

  it("when it opted out after the rollout had begun", async () => {
    const { summary, cluster } = await run({ a: { own: never } });
    assert.deepEqual(summary.waiting, { "shop/Deployment/a": why });
    assert.deepEqual(cluster.log, []);
  });

  it("when its window closes while others restart", async () => {
    // time begins on a Thursday at 00:00
    const window = { "sidecar-settings/maintenance-window": "Thu 00:00-00:01" };
    const { summary } = await run(
      { a: { own: window, seconds: 100 }, b: { own: window } },
      { maxConcurrent: 1 },
    );
    assert.equal(summary.restarted, 1);
    assert.match(summary.waiting["shop/Deployment/b"] ?? "", /opens next on Thu 1970-01-08 00:00 UTC$/);
  });

  it("when it was not ready before, unless told otherwise", async () => {
    const behaviours = { a: { underWay: true, seconds: 1_000 }, b: {} };
    const { summary, cluster } = await run(behaviours);
    assert.deepEqual(summary, {
      ...nothingDone,
      restarted: 1,
      waiting: { "shop/Deployment/a": "was not ready before: 0 of 1 new pods available" },
    });
    assert.equal(cluster.restartsOf("b"), 1);
    const anyway = await run({ a: { underWay: true, seconds: 10 } }, { restartUnhealthy: true });
    assert.equal(anyway.summary.restarted, 1);
  });
});

describe("the order of a rollout", () => {
  const ordered = (name: string, order: string) =>
    restartOf(name, stale, { "sidecar-settings/rollout-order": order });

  it("is by annotation: the next order begins when the one before has ended, equals together", async () => {
    const behaviours = of(4, { seconds: 5 });
    const restarts = [ordered("w0", "1"), restartOf("w1"), ordered("w2", "-1"), restartOf("w3")];
    const { cluster, summary, starts } = await run(behaviours, {}, restarts);
    assert.equal(summary.restarted, 4);
    assert.deepEqual(
      cluster.log.map((line) => line.split(" ")[2]),
      ["w2", "w1", "w3", "w0"],
    );
    assert.equal(starts[1], starts[2]);
    assert.ok((starts[1] ?? 0) >= 5 && (starts[3] ?? 0) >= 10);
  });

  it("pauses between orders as between workloads", async () => {
    const restarts = [restartOf("w0"), ordered("w1", "1")];
    const { starts } = await run(of(2, { seconds: 1 }), { pauseBetween: "60s" }, restarts);
    assert.ok((starts[1] ?? 0) >= 61);
  });

  it("ends with the first failure: later orders are not begun", async () => {
    const behaviours = { a: { exceedsDeadline: true }, b: {}, c: {} };
    const restarts = [restartOf("a"), ordered("b", "1"), ordered("c", "2")];
    const { summary, cluster } = await run(behaviours, {}, restarts);
    assert.equal(summary.notStarted, 2);
    assert.equal(cluster.restartsOf("b"), 0);
    const on = await run(behaviours, { onFailure: "continue" }, restarts);
    assert.equal(on.summary.restarted, 2);
  });
});

describe("what is not stale", () => {
  it("is counted and left alone, with its reason", async () => {
    const verdicts: [string, Assessment["verdict"]][] = [
      ["a", { is: "current" }],
      ["b", { is: "masked" }],
      ["c", { is: "held", why: "paused" }],
      ["d", { is: "unknown", why: "denied by quota" }],
    ];
    const restarts = verdicts.map(([name, verdict]) => restartOf(name, verdict));
    const { summary, cluster } = await run(of(4), {}, restarts);
    const waiting = { "shop/Deployment/c": "paused" };
    const failed = { "shop/Deployment/d": "denied by quota" };
    assert.deepEqual(summary, { ...nothingDone, current: 1, masked: 1, waiting, failed });
    assert.deepEqual(cluster.log, []);
  });

  it("is everything with strategy none", async () => {
    const { summary, cluster } = await run({ api: {} }, { strategy: "none" });
    assert.match(summary.waiting["shop/Deployment/api"] ?? "", /until they are recreated$/);
    assert.deepEqual(cluster.log, []);
  });
});

function withoutStamp({ assessment }: Restart): Restart {
  const settings = { revision: "default", stamp: undefined, planned: undefined };
  return { assessment, settings, rollout: rolloutWith() };
}
