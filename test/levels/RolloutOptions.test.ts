import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { milliseconds, Rollout } from "../../provider/levels/RolloutOptions";

const defaults: Rollout = {
  strategy: "restart",
  maxConcurrent: 3,
  pauseBetween: "0s",
  timeoutPerWorkload: "600s",
  onFailure: "stop",
  restartOn: [],
  selector: {},
  restartUnhealthy: false,
  deleteBarePods: false,
};

describe("rollout options", () => {
  it("have defaults", () => {
    assert.deepEqual(Rollout.parse({}), defaults);
    assert.deepEqual(Rollout.parse({ pauseBetween: undefined, timeoutPerWorkload: undefined }), defaults);
  });

  const read: [string, object, Partial<Rollout>][] = [
    ["a pause in minutes", { pauseBetween: "1m30s" }, { pauseBetween: "90s" }],
    ["no pause", { pauseBetween: "0s" }, { pauseBetween: "0s" }],
    ["no pause as a number", { pauseBetween: 0 }, { pauseBetween: "0s" }],
    ["a timeout in hours", { timeoutPerWorkload: "1h" }, { timeoutPerWorkload: "3600s" }],
    ["one at a time", { maxConcurrent: 1 }, { maxConcurrent: 1 }],
    ["going on after a failure", { onFailure: "continue" }, { onFailure: "continue" }],
    ["no restarts", { strategy: "none" }, { strategy: "none" }],
    ["evictions", { strategy: "evict" }, { strategy: "evict" }],
    ["images too", { restartOn: ["image"] }, { restartOn: ["image"] }],
    [
      "some workloads only",
      { selector: { matchLabels: { tier: "web" } } },
      { selector: { matchLabels: { tier: "web" } } },
    ],
    [
      "some workloads by expressions, in one form",
      { selector: { matchExpressions: [{ key: "tier", operator: "In", values: ["web"] }] } },
      { selector: { matchLabels: { tier: "web" } } },
    ],
    ["every workload", { selector: {} }, { selector: {} }],
    ["unhealthy workloads too", { restartUnhealthy: true }, { restartUnhealthy: true }],
    ["bare pods too", { deleteBarePods: true }, { deleteBarePods: true }],
  ];
  for (const [edge, written, expected] of read) {
    it(`may be ${edge}`, () => {
      assert.deepEqual(Rollout.parse(written), { ...defaults, ...expected });
    });
  }

  const wrong: [string, object, string][] = [
    ["no workload at once", { maxConcurrent: 0 }, "maxConcurrent"],
    ["half a workload", { maxConcurrent: 1.5 }, "maxConcurrent"],
    ["a thousand and one", { maxConcurrent: 1001 }, "maxConcurrent"],
    ["a pause without unit", { pauseBetween: "5" }, "pauseBetween"],
    ["a pause in fractions", { pauseBetween: "0.5s" }, "pauseBetween"],
    ["no time at all", { timeoutPerWorkload: "0s" }, "timeoutPerWorkload"],
    ["null for a timeout", { timeoutPerWorkload: null }, "timeoutPerWorkload"],
    ["another strategy", { strategy: "delete" }, "strategy"],
    ["another word for failures", { onFailure: "ignore" }, "onFailure"],
    ["something else included", { restartOn: ["env"] }, "restartOn.0"],
    ["a selector with a number", { selector: { matchLabels: { tier: 1 } } }, "selector.matchLabels.tier"],
    ["labels without matchLabels", { selector: { tier: "web" } }, "selector.tier"],
    ["perhaps", { restartUnhealthy: "perhaps" }, "restartUnhealthy"],
    ["an unknown option", { maxConcurent: 3 }, ""],
  ];
  for (const [edge, written, path] of wrong) {
    it(`may not be ${edge}`, () => {
      const { error } = Rollout.safeParse(written);
      assert.equal(error?.issues[0]?.path.join("."), path);
    });
  }

  it("name everything that is wrong at once", () => {
    const { error } = Rollout.safeParse({ maxConcurrent: 0, pauseBetween: "x", onFailure: "x" });
    assert.equal(error?.issues.length, 3);
  });

  it("have durations in milliseconds where time is kept", () => {
    assert.equal(milliseconds("90s"), 90_000);
  });
});
