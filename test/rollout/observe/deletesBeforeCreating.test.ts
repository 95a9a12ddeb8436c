import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Workload } from "../../../provider/cluster/workloads";
import { deletesBeforeCreating } from "../../../provider/rollout/observe/deletesBeforeCreating";

describe("a restart deletes an old pod before it creates a new one", () => {
  const rows: [edge: string, kind: string, spec: Partial<Workload["spec"]>, first: boolean][] = [
    ["a StatefulSet", "StatefulSet", {}, true],
    ["a DaemonSet", "DaemonSet", {}, true],
    [
      "a DaemonSet that surges",
      "DaemonSet",
      { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
      false,
    ],
    ["a Deployment of one pod", "Deployment", { replicas: 1 }, false],
    ["a Deployment of four pods, of which a quarter may be missing", "Deployment", { replicas: 4 }, true],
    [
      "a Deployment without surge",
      "Deployment",
      { replicas: 1, strategy: { rollingUpdate: { maxUnavailable: 1 } } },
      true,
    ],
    [
      "a Deployment without surge, and of one pod a quarter may be missing",
      "Deployment",
      { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0 } } },
      true,
    ],
    [
      "the same in percent, of three",
      "Deployment",
      { replicas: 3, strategy: { rollingUpdate: { maxSurge: "0%", maxUnavailable: "25%" } } },
      true,
    ],
    [
      "a Deployment that adds a pod at a time",
      "Deployment",
      { replicas: 3, strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
      false,
    ],
    ["a Deployment that is recreated", "Deployment", { strategy: { type: "Recreate" } }, true],
  ];
  for (const [edge, kind, spec, first] of rows) {
    it(`${edge}: ${first ? "yes" : "no"}`, () => {
      const workload: Workload = {
        kind,
        metadata: { name: "api" },
        spec: { template: { spec: { containers: [] } }, ...spec },
      };
      assert.equal(deletesBeforeCreating(workload), first);
      assert.equal(deletesBeforeCreating(workload, "evict"), true);
    });
  }
});
