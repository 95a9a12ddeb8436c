import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PodSpec } from "../../../provider/cluster/podTemplate";
import { fitsQuota } from "../../../provider/rollout/observe/fitsQuota";

const cpu = (amount: string, more: object = {}) => ({
  name: "a",
  resources: { limits: { cpu: amount }, requests: { cpu: amount } },
  ...more,
});
const sidecar = cpu("2", { restartPolicy: "Always" });

describe("a full quota has room for a pod's successor, or not", () => {
  const denial = (requested: string, used: string, limited: string) =>
    `pods "db-1" is forbidden: exceeded quota: most, requested: ${requested}, used: ${used}, limited: ${limited}`;
  const rows: [edge: string, denial: string, old: PodSpec, pods: number, fits: boolean][] = [
    [
      "as large",
      denial("limits.cpu=2500m", "limits.cpu=5", "limits.cpu=5"),
      { containers: [cpu("500m"), cpu("2")] },
      2,
      true,
    ],
    [
      "larger",
      denial("limits.cpu=3", "limits.cpu=5", "limits.cpu=5"),
      { containers: [cpu("500m"), cpu("2")] },
      1,
      false,
    ],
    [
      "larger, with some left",
      denial("limits.cpu=3", "limits.cpu=5", "limits.cpu=5500m"),
      { containers: [cpu("500m"), cpu("2")] },
      1,
      true,
    ],
    [
      "larger, with some left for one of two",
      denial("limits.cpu=3", "limits.cpu=5", "limits.cpu=5500m"),
      { containers: [cpu("500m"), cpu("2")] },
      2,
      false,
    ],
    [
      "smaller, under a quota that was lowered",
      denial("cpu=1", "cpu=5", "cpu=4"),
      { containers: [cpu("2")] },
      1,
      true,
    ],
    [
      "with a native sidecar",
      denial("cpu=2500m", "cpu=5", "cpu=5"),
      { initContainers: [sidecar], containers: [cpu("500m")] },
      1,
      true,
    ],
    [
      "with an init container that needs more",
      denial("cpu=5", "cpu=5", "cpu=5"),
      { initContainers: [sidecar, cpu("3")], containers: [cpu("1")] },
      1,
      true,
    ],
    [
      "with what its runtime takes",
      denial("requests.cpu=1250m", "requests.cpu=5", "requests.cpu=5"),
      { overhead: { cpu: "250m" }, containers: [cpu("1")] },
      1,
      true,
    ],
    [
      "by number",
      denial("count/pods=1,pods=1", "count/pods=2,pods=2", "count/pods=2,pods=2"),
      { containers: [cpu("1")] },
      2,
      true,
    ],
    [
      "by number and larger",
      denial("cpu=2,pods=1", "cpu=2,pods=2", "cpu=2,pods=2"),
      { containers: [cpu("1")] },
      2,
      false,
    ],
    ["in words that are not known", "exceeded quota: most", { containers: [cpu("1")] }, 1, true],
  ];
  for (const [edge, words, old, pods, fits] of rows)
    it(`${edge}: ${fits ? "room" : "no room"}`, () => assert.equal(fitsQuota(words, old, pods), fits));
});
