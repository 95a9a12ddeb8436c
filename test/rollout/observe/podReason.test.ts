import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pod } from "../../../provider/cluster/podTemplate";
import { isSettingsFault } from "../../../provider/rollout/observe/podReason";

describe("settings may be why a pod is not ready, or not", () => {
  const waiting = (name: string, reason: string) => ({
    containerStatuses: [{ name, ready: false, state: { waiting: { reason } } }],
  });
  const unscheduled = (message: string) => ({
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
  });
  const rows: [edge: string, status: NonNullable<Pod["status"]>, may: boolean][] = [
    ["its application crashes", waiting("app", "CrashLoopBackOff"), true],
    ["its application's image is gone", waiting("app", "ErrImagePull"), false],
    ["a Secret of its application is missing", waiting("app", "CreateContainerConfigError"), false],
    ["the sidecar can't be configured", waiting("istio-proxy", "CreateContainerConfigError"), true],
    ["no node has the room", unscheduled("0/5 nodes are available: 5 Insufficient cpu."), true],
    [
      "some nodes have no room, others a taint",
      unscheduled("0/2 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint."),
      true,
    ],
    [
      "no node has its label",
      unscheduled("0/5 nodes are available: 5 node(s) didn't match Pod's node affinity/selector."),
      false,
    ],
    ["its claim is not bound", unscheduled("pod has unbound immediate PersistentVolumeClaims"), false],
    ["it says nothing", {}, true],
  ];
  for (const [edge, status, may] of rows)
    it(`${edge}: ${may ? "maybe" : "no"}`, () =>
      assert.equal(isSettingsFault([{ metadata: { name: "a" }, spec: { containers: [] }, status }]), may));
});
