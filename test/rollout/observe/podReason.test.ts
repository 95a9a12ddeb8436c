import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pod } from "../../../provider/cluster/podTemplate";
import { areComingUp, isSettingsFault } from "../../../provider/rollout/observe/podReason";

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

describe("pods that are not ready may become so by themselves", () => {
  const created = (at: string, status: NonNullable<Pod["status"]>): Pod => ({
    metadata: { name: "a", creationTimestamp: `2026-01-01T${at}Z` },
    spec: { containers: [] },
    status,
  });
  const ready = { conditions: [{ type: "Ready", status: "True" }] };
  const waiting = (reason: string) => ({
    containerStatuses: [{ name: "app", ready: false, state: { waiting: { reason } } }],
  });
  const rows: [edge: string, pods: Pod[], may: boolean][] = [
    [
      "a new one is created",
      [created("08:00:00", ready), created("09:01:00", waiting("ContainerCreating"))],
      true,
    ],
    ["a new one is ready, for less than minReadySeconds", [created("09:01:00", ready)], true],
    ["a new one crashes", [created("09:01:00", waiting("CrashLoopBackOff"))], false],
    [
      "an old one is unready, whatever new ones are",
      [created("08:00:00", {}), created("09:01:00", ready)],
      false,
    ],
    ["all are old and ready", [created("08:00:00", ready)], false],
    ["there are none", [], false],
  ];
  for (const [edge, pods, may] of rows)
    it(`${edge}: ${may ? "maybe" : "no"}`, () =>
      assert.equal(areComingUp(pods, Date.parse("2026-01-01T09:00:00Z")), may));
});
