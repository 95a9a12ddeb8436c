import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Workload } from "../../../provider/cluster/workloads";
import {
  heldReason,
  isBelowPartition,
  type RolloutStatus,
  readiness,
  rolloutProgress,
  rolloutStatus,
} from "../../../provider/rollout/observe/rolloutStatus";

type Spec = Partial<Workload["spec"]>;
type Status = NonNullable<Workload["status"]>;

function workload(kind: string, spec: Spec, status: Status | undefined): Workload {
  const template = { spec: { containers: [] } };
  return {
    kind,
    metadata: { name: "api", generation: 2 },
    spec: { template, ...spec },
    ...(status ? { status } : {}),
  };
}

const seen = { observedGeneration: 2 };
const all = { ...seen, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
const exceeded = {
  type: "Progressing",
  status: "False",
  reason: "ProgressDeadlineExceeded",
  message: "too slow",
};
const onDelete = { updateStrategy: { type: "OnDelete" } };
const replaced = { ...seen, readyReplicas: 3, updatedReplicas: 3, currentRevision: "b", updateRevision: "b" };
const partition = { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } };
const scheduled = { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };

const rows: [string, string, Spec, Status | undefined, RolloutStatus["status"], RegExp?][] = [
  ["all pods new and available", "Deployment", { replicas: 3 }, all, "done"],
  [
    "replicas left out mean one",
    "Deployment",
    {},
    { ...seen, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    "done",
  ],
  [
    "a generation not observed, though all looks done",
    "Deployment",
    { replicas: 3 },
    { ...all, observedGeneration: 1 },
    "waiting",
    /not seen the change/,
  ],
  [
    "a failure of the generation before",
    "Deployment",
    { replicas: 3 },
    { ...all, observedGeneration: 1, conditions: [exceeded] },
    "waiting",
    /not seen/,
  ],
  ["no status at all", "Deployment", { replicas: 3 }, undefined, "waiting", /not seen/],
  [
    "progress deadline exceeded",
    "Deployment",
    { replicas: 3 },
    { ...all, conditions: [exceeded] },
    "failed",
    /^too slow$/,
  ],
  [
    "new pods missing",
    "Deployment",
    { replicas: 3 },
    { ...all, updatedReplicas: 1 },
    "waiting",
    /^1 of 3 new pods created$/,
  ],
  [
    "old replicas left",
    "Deployment",
    { replicas: 3 },
    { ...all, replicas: 4 },
    "waiting",
    /^1 old pods left$/,
  ],
  [
    "new pods not available",
    "Deployment",
    { replicas: 3 },
    { ...all, availableReplicas: 2 },
    "waiting",
    /^2 of 3 new pods available$/,
  ],
  ["paused", "Deployment", { replicas: 3, paused: true }, { ...all, updatedReplicas: 0 }, "held", /^paused$/],
  [
    "paused and failed",
    "Deployment",
    { paused: true },
    { ...all, conditions: [exceeded] },
    "held",
    /^paused$/,
  ],
  ["scaled to zero", "Deployment", { replicas: 0 }, seen, "held", /^scaled to zero$/],
  ["all pods new and ready", "StatefulSet", { replicas: 3 }, replaced, "done"],
  [
    "a revision on its way",
    "StatefulSet",
    { replicas: 3 },
    { ...replaced, updatedReplicas: 1, updateRevision: "c" },
    "waiting",
    /^1 of 3 pods replaced$/,
  ],
  [
    "pods not ready",
    "StatefulSet",
    { replicas: 3 },
    { ...replaced, readyReplicas: 2 },
    "waiting",
    /^2 of 3 pods ready$/,
  ],
  [
    "a generation not observed",
    "StatefulSet",
    { replicas: 3 },
    { ...replaced, observedGeneration: 1 },
    "waiting",
    /not seen/,
  ],
  [
    "a partition that is reached",
    "StatefulSet",
    partition,
    { ...replaced, updatedReplicas: 1, updateRevision: "c" },
    "done",
  ],
  [
    "a partition that is not",
    "StatefulSet",
    partition,
    { ...replaced, updatedReplicas: 0, updateRevision: "c" },
    "waiting",
    /^0 of 1 pods above partition 2/,
  ],
  ["OnDelete", "StatefulSet", { replicas: 3, ...onDelete }, replaced, "held", /OnDelete/],
  ["scaled to zero", "StatefulSet", { replicas: 0 }, seen, "held", /^scaled to zero$/],
  ["all nodes done", "DaemonSet", {}, scheduled, "done"],
  [
    "nodes left",
    "DaemonSet",
    {},
    { ...scheduled, updatedNumberScheduled: 1 },
    "waiting",
    /^1 of 3 pods replaced$/,
  ],
  [
    "pods not available",
    "DaemonSet",
    {},
    { ...scheduled, numberAvailable: 2 },
    "waiting",
    /^2 of 3 pods available$/,
  ],
  ["no node for it", "DaemonSet", {}, { ...seen, desiredNumberScheduled: 0 }, "done"],
  [
    "a generation not observed",
    "DaemonSet",
    {},
    { ...scheduled, observedGeneration: 1 },
    "waiting",
    /not seen/,
  ],
  ["OnDelete", "DaemonSet", onDelete, scheduled, "held", /OnDelete/],
  ["healthy", "Rollout", {}, { observedGeneration: "2", phase: "Healthy" }, "done"],
  [
    "healthy, of the generation before",
    "Rollout",
    {},
    { observedGeneration: "1", phase: "Healthy" },
    "waiting",
    /not seen/,
  ],
  [
    "progressing",
    "Rollout",
    {},
    { observedGeneration: "2", phase: "Progressing", message: "more replicas need to be updated" },
    "waiting",
    /^progressing: more replicas need to be updated$/,
  ],
  ["without a phase", "Rollout", {}, { observedGeneration: "2" }, "waiting", /^no phase yet$/],
  [
    "degraded",
    "Rollout",
    {},
    { observedGeneration: "2", phase: "Degraded", message: "ProgressDeadlineExceeded" },
    "failed",
    /^degraded: ProgressDeadlineExceeded$/,
  ],
  [
    "paused at a step",
    "Rollout",
    {},
    { observedGeneration: "2", phase: "Paused", message: "CanaryPauseStep" },
    "held",
    /paused at a step \(CanaryPauseStep\): promote or abort it$/,
  ],
  ["paused", "Rollout", { paused: true }, { observedGeneration: "2", phase: "Paused" }, "held", /^paused$/],
  [
    "a template elsewhere",
    "Rollout",
    { workloadRef: { kind: "Deployment", name: "api" } },
    { observedGeneration: "2", phase: "Healthy" },
    "held",
    /Deployment\/api \(workloadRef\)/,
  ],
];

describe("a rollout's status", () => {
  for (const [edge, kind, spec, status, expected, why] of rows) {
    it(`${kind}, ${edge}: ${expected}`, () => {
      const found = rolloutStatus(workload(kind, spec, status));
      assert.equal(found.status, expected);
      if (why) assert.match("why" in found ? found.why : "", why);
    });
  }
});

describe("a workload that Kubernetes would not restart", () => {
  it("is known before anything is written", () => {
    assert.equal(heldReason(workload("Deployment", { replicas: 3 }, undefined)), undefined);
    assert.equal(heldReason(workload("Deployment", { replicas: 0 }, undefined)), "scaled to zero");
    assert.equal(heldReason(workload("DaemonSet", {}, undefined)), undefined);
    assert.match(heldReason(workload("DaemonSet", onDelete, undefined)) ?? "", /replaced when deleted/);
  });

  it("may still be evicted with OnDelete, and not when it is paused", () => {
    assert.equal(heldReason(workload("DaemonSet", onDelete, undefined), "evict"), undefined);
    assert.equal(heldReason(workload("Deployment", { paused: true }, undefined), "evict"), "paused");
  });
});

describe("pods below a partition", () => {
  it("are a StatefulSet's with a smaller number", () => {
    const set = workload("StatefulSet", partition, undefined);
    assert.ok(isBelowPartition(set, "api-1"));
    assert.ok(!isBelowPartition(set, "api-2"));
    assert.ok(!isBelowPartition(workload("StatefulSet", {}, undefined), "api-0"));
    assert.ok(!isBelowPartition({ ...set, kind: "Deployment" }, "api-0"));
  });

  it("count from its first ordinal", () => {
    const set = workload("StatefulSet", { ...partition, ordinals: { start: 5 } }, undefined);
    assert.ok(isBelowPartition(set, "api-6"));
    assert.ok(!isBelowPartition(set, "api-7"));
  });
});

describe("how many pods are ready", () => {
  const counts: [string, string, Spec, Status, { wanted: number; ready: number }][] = [
    ["available ones", "Deployment", { replicas: 3 }, all, { wanted: 3, ready: 3 }],
    ["none yet", "Deployment", {}, seen, { wanted: 1, ready: 0 }],
    [
      "ready ones, where none are counted as available",
      "StatefulSet",
      partition,
      replaced,
      { wanted: 3, ready: 3 },
    ],
    [
      "ready for long enough",
      "StatefulSet",
      {},
      { readyReplicas: 3, availableReplicas: 1 },
      { wanted: 1, ready: 1 },
    ],
    ["by nodes", "DaemonSet", {}, scheduled, { wanted: 3, ready: 3 }],
    ["available ones", "Rollout", { replicas: 2 }, { availableReplicas: 1 }, { wanted: 2, ready: 1 }],
  ];
  for (const [edge, kind, spec, status, expected] of counts) {
    it(`${kind}, ${edge}: ${expected.ready} of ${expected.wanted}`, () => {
      assert.deepEqual(readiness(workload(kind, spec, status)), expected);
    });
  }
});

describe("the progress of a rollout", () => {
  const rows: [kind: string, steps: Status[]][] = [
    [
      "Deployment",
      [
        { replicas: 3, availableReplicas: 3 },
        { replicas: 4, updatedReplicas: 1, availableReplicas: 3 },
        { replicas: 4, updatedReplicas: 1, availableReplicas: 4 },
        { replicas: 4, updatedReplicas: 2, availableReplicas: 3 },
        { replicas: 4, updatedReplicas: 2, availableReplicas: 4 },
        { replicas: 3, updatedReplicas: 3, availableReplicas: 3 },
      ],
    ],
    [
      "StatefulSet",
      [
        { availableReplicas: 3 },
        { updatedReplicas: 1, availableReplicas: 2 },
        { updatedReplicas: 1, availableReplicas: 3 },
        { updatedReplicas: 2, availableReplicas: 3 },
      ],
    ],
    [
      "DaemonSet",
      [
        { numberAvailable: 3 },
        { updatedNumberScheduled: 1, numberAvailable: 2 },
        { updatedNumberScheduled: 1, numberAvailable: 3 },
        { updatedNumberScheduled: 2, numberAvailable: 2 },
        { updatedNumberScheduled: 2, numberAvailable: 3 },
      ],
    ],
  ];
  for (const [kind, steps] of rows) {
    it(`of a ${kind} grows with each pod, and not when one that was available becomes so again`, () => {
      const reached = steps.map((status) => rolloutProgress(workload(kind, {}, { ...seen, ...status })));
      assert.deepEqual(
        reached,
        [...reached].sort((a = 0, b = 0) => a - b),
        String(reached),
      );
      assert.ok(Number(reached.at(-1)) > Number(reached[0]));
    });
  }
  it("is not known before the controller has seen the change", () => {
    assert.equal(rolloutProgress(workload("Deployment", {}, { ...all, observedGeneration: 1 })), undefined);
  });
});
