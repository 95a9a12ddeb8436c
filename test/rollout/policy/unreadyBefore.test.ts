import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Workload } from "../../../provider/cluster/workloads";
import { restartAnnotation } from "../../../provider/rollout/policy/restartAnnotation";
import { restartUnderWay, unreadyBefore } from "../../../provider/rollout/policy/unreadyBefore";

const [stamp, earlier] = ["aaaa", "bbbb"];
const ready = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
const broken = { ...ready, availableReplicas: 1 };
const progressing = (reason: string) => ({ conditions: [{ type: "Progressing", status: "True", reason }] });
const completed = progressing("NewReplicaSetAvailable");
const under = progressing("ReplicaSetUpdated");
const exceeded = progressing("ProgressDeadlineExceeded");
const onTemplate = (time: string, manager: string) => ({
  manager,
  time,
  fieldsV1: { "f:spec": { "f:template": {} } },
});
const ours = onTemplate("2025-01-02T00:00:00Z", "sidecar-settings");

function workload(
  status: Workload["status"],
  restartedFor?: string,
  managedFields: Workload["metadata"]["managedFields"] = [],
): Workload {
  const annotations = restartedFor === undefined ? {} : { [restartAnnotation]: restartedFor };
  return {
    kind: "Deployment",
    metadata: { name: "api", generation: 2, managedFields },
    spec: { replicas: 2, template: { metadata: { annotations }, spec: { containers: [] } } },
    ...(status ? { status } : {}),
  };
}

const rows: [string, Workload, RegExp | undefined][] = [
  ["all pods are ready", workload({ ...ready, ...completed }), undefined],
  [
    "a pod is not ready",
    workload({ ...broken, ...completed }),
    /^was not ready before: 1 of 2 new pods available$/,
  ],
  ["it exceeded its deadline", workload({ ...broken, ...exceeded }), /^was not ready before: /],
  ["someone else's change is under way", workload({ ...broken, ...under }), /^was not ready before: /],
  ["our restart for these settings is under way", workload({ ...broken, ...under }, stamp), undefined],
  ["our second restart for them is", workload({ ...broken, ...under }, `${stamp}.2`), undefined],
  [
    "our restart for them failed, which is tried again",
    workload({ ...broken, ...exceeded }, stamp),
    undefined,
  ],
  ["it crashed after our restart for them", workload({ ...broken, ...completed }, stamp), /not ready before/],
  [
    "our restart for earlier settings never ended, and these may help",
    workload({ ...broken, ...exceeded }, earlier, [ours]),
    undefined,
  ],
  [
    "our restart for earlier settings ended, and then it crashed",
    workload({ ...broken, ...completed }, earlier, [ours]),
    /not ready before/,
  ],
  [
    "someone changed it after our restart for earlier settings",
    workload({ ...broken, ...under }, earlier, [ours, onTemplate("2025-01-03T00:00:00Z", "kubectl")]),
    /not ready before/,
  ],
  [
    "someone changed it before our restart for earlier settings",
    workload({ ...broken, ...under }, earlier, [ours, onTemplate("2025-01-01T00:00:00Z", "kubectl")]),
    undefined,
  ],
];

describe("a workload is ready for a restart, or not, if", () => {
  for (const [edge, about, why] of rows) {
    it(edge, () => {
      const found = unreadyBefore(about, stamp);
      if (why) assert.match(found ?? "", why);
      else assert.equal(found, undefined);
    });
  }

  it("it can't be restarted: by its ready pods, since they may be evicted", () => {
    const onDelete: Workload = {
      ...workload(undefined),
      kind: "StatefulSet",
      spec: { ...workload(undefined).spec, updateStrategy: { type: "OnDelete" } },
    };
    assert.equal(unreadyBefore({ ...onDelete, status: { readyReplicas: 2 } }, stamp), undefined);
    assert.equal(
      unreadyBefore({ ...onDelete, status: { readyReplicas: 1 } }, stamp),
      "was not ready before: 1 of 2 pods ready",
    );
  });

  it("its kind's status says whether a restart ended", () => {
    const of = (kind: string, status: Workload["status"]) => ({ ...workload(status, stamp), kind });
    const seen = { observedGeneration: 2, readyReplicas: 1 };
    const revisions = (updateRevision: string) => ({ ...seen, currentRevision: "a", updateRevision });
    assert.equal(unreadyBefore(of("StatefulSet", revisions("b")), stamp), undefined);
    assert.match(unreadyBefore(of("StatefulSet", revisions("a")), stamp) ?? "", /not ready/);
    const daemons = { ...seen, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 };
    assert.equal(unreadyBefore(of("DaemonSet", daemons), stamp), undefined);
    const argo = { observedGeneration: "2", phase: "Degraded" };
    // marked on itself: a change of its template would run its canary
    const rollout = of("Rollout", argo);
    const markedItself = {
      ...rollout,
      metadata: { ...rollout.metadata, annotations: { [restartAnnotation]: stamp } },
    };
    assert.equal(unreadyBefore(markedItself, stamp), undefined);
    assert.match(unreadyBefore(markedItself, earlier) ?? "", /not ready before: degraded/);
  });
});

describe("a restart is only waited for", () => {
  it("when it is for these settings and has not ended", () => {
    assert.ok(restartUnderWay(workload({ ...broken, ...under }, stamp), stamp));
    assert.ok(!restartUnderWay(workload({ ...broken, ...under }, earlier), stamp));
    assert.ok(!restartUnderWay(workload({ ...broken, ...completed }, stamp), stamp));
    assert.ok(!restartUnderWay(workload({ ...broken, ...exceeded }, stamp), stamp));
    assert.ok(!restartUnderWay(workload({ ...broken, ...under }), undefined));
    assert.ok(!restartUnderWay(workload({ ...broken, ...under }, stamp), undefined));
  });

  it("without settings as well, since the mark stays", () => {
    assert.ok(restartUnderWay(workload({ ...broken, ...under }, "none"), undefined));
    assert.ok(restartUnderWay(workload({ ...broken, ...under }, "none.2"), undefined));
    assert.ok(!restartUnderWay(workload({ ...broken, ...completed }, "none"), undefined));
    assert.ok(!restartUnderWay(workload({ ...broken, ...under }, "none"), stamp));
  });
});
