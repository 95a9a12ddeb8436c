import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Workload } from "../../../provider/cluster/workloads";
import {
  restartAnnotation,
  restartedFor,
  restartPatch,
} from "../../../provider/rollout/policy/restartAnnotation";

const joined = "aaaaaaaaaaaa.bbbbbbbbbbbb";
const now = Date.parse("2026-11-26T12:00:00.500Z");

function workload(mark?: string, kind = "Deployment"): Workload {
  const annotations = mark === undefined ? {} : { [restartAnnotation]: mark };
  const isRollout = kind === "Rollout";
  return {
    kind,
    metadata: { name: "api", ...(isRollout ? { annotations } : {}) },
    spec: { template: { ...(isRollout ? {} : { metadata: { annotations } }), spec: { containers: [] } } },
  };
}

const onTemplate = (annotations: object) => ({ spec: { template: { metadata: { annotations } } } });

describe("the mark of a restart", () => {
  const rows: [edge: string, mark: string | undefined, stamp: string | undefined, patch: object][] = [
    ["the first time", undefined, "aaaaaaaaaaaa", { [restartAnnotation]: "aaaaaaaaaaaa" }],
    ["once more", "aaaaaaaaaaaa", "aaaaaaaaaaaa", { [restartAnnotation]: "aaaaaaaaaaaa.2" }],
    ["a third time", "aaaaaaaaaaaa.2", "aaaaaaaaaaaa", { [restartAnnotation]: "aaaaaaaaaaaa.3" }],
    ["for two levels once more", joined, joined, { [restartAnnotation]: `${joined}.2` }],
    ["for other settings", `${joined}.2`, "aaaaaaaaaaaa", { [restartAnnotation]: "aaaaaaaaaaaa" }],
    ["for no settings", joined, undefined, { [restartAnnotation]: "none" }],
    ["for no settings, with no mark", undefined, undefined, { [restartAnnotation]: "none" }],
    ["for no settings once more", "none", undefined, { [restartAnnotation]: "none.2" }],
    ["for settings again", "none.2", "aaaaaaaaaaaa", { [restartAnnotation]: "aaaaaaaaaaaa" }],
  ];
  for (const [edge, mark, stamp, annotations] of rows) {
    it(`changes the pod template ${edge}`, () => {
      assert.deepEqual(restartPatch(workload(mark), stamp, now), onTemplate(annotations));
    });
  }

  it("identifies the settings of any number of levels", () => {
    const marks = ["aaaaaaaaaaaa", "aaaaaaaaaaaa.2", joined, `${joined}.12`, "none", "none.3", undefined];
    assert.deepEqual(
      marks.map((mark) => restartedFor(workload(mark))),
      [
        { stamp: "aaaaaaaaaaaa" },
        { stamp: "aaaaaaaaaaaa" },
        { stamp: joined },
        { stamp: joined },
        { stamp: undefined },
        { stamp: undefined },
        undefined,
      ],
    );
  });

  it("of an Argo Rollout stands beside its template, and Argo's own restart replaces its pods", () => {
    const argo = workload("aaaaaaaaaaaa", "Rollout");
    assert.deepEqual(restartedFor(argo), { stamp: "aaaaaaaaaaaa" });
    assert.deepEqual(restartPatch(argo, joined, now), {
      metadata: { annotations: { [restartAnnotation]: joined } },
      spec: { restartAt: "2026-11-26T12:00:00Z" },
    });
  });
});
