import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Rollout } from "../../../provider/levels/RolloutOptions";
import type { Assessment } from "../../../provider/rollout/observe/Assessment";
import type { Annotations } from "../../../provider/rollout/observe/rolloutAnnotations";
import { inOrder, rolloutOrder } from "../../../provider/rollout/policy/rolloutOrder";
import { notSelected, optOut, skipReason } from "../../../provider/rollout/policy/skipReason";

const [never, always] = [{ "sidecar-settings/rollout": "never" }, { "sidecar-settings/rollout": "always" }];

describe("an opt-out", () => {
  const rows: [string, Annotations, Annotations | undefined, string | undefined][] = [
    ["nothing said", {}, undefined, undefined],
    ["the workload says never", never, {}, 'its annotation sidecar-settings/rollout is "never"'],
    [
      "the namespace says never",
      {},
      never,
      'its namespace\'s annotation sidecar-settings/rollout is "never"',
    ],
    ["the workload says always, its namespace never", always, never, undefined],
    ["the workload says never, its namespace always", never, always, optOut({ annotations: never })],
    [
      "another word",
      { "sidecar-settings/rollout": "false" },
      {},
      'its annotation sidecar-settings/rollout is "false"; expected "never" or "always"',
    ],
  ];
  for (const [edge, workload, namespace, expected] of rows) {
    it(`${edge}: ${expected ?? "restarted"}`, () => {
      assert.equal(optOut({ annotations: workload }, namespace), expected);
    });
  }
});

describe("the order of a workload", () => {
  const order = (value: string) => ({ "sidecar-settings/rollout-order": value });
  const rows: [string, Annotations, Annotations, number][] = [
    ["nothing said", {}, {}, 0],
    ["its own", order("10"), order("3"), 10],
    ["its namespace's", {}, order("-3"), -3],
    ["with a sign and spaces", order(" +7 "), {}, 7],
  ];
  for (const [edge, workload, namespace, expected] of rows) {
    it(`${edge}: ${expected}`, () => {
      assert.deepEqual(rolloutOrder({ annotations: workload }, namespace), { order: expected });
    });
  }
  for (const text of ["", "first", "1.5", "1e3", "0x1", "99999999999999999999"]) {
    it(`"${text}" is told to be wrong`, () => {
      const read = rolloutOrder({ annotations: order(text) });
      assert.match("wrong" in read ? read.wrong : "", /expected an integer/);
    });
  }
  it("makes groups, smallest first, in each as they came", () => {
    const items = ["b0", "a1", "c-2", "d0", "e10"];
    const groups = inOrder(items, (item) => Number(item.slice(1)));
    assert.deepEqual(groups, [["c-2"], ["b0", "d0"], ["a1"], ["e10"]]);
  });
});

describe("a selector", () => {
  const labels = { app: "web", tier: "front" };
  it("leaves nothing out by default, nor what has all its labels", () => {
    assert.equal(notSelected({}, {}), undefined);
    assert.equal(notSelected({ labels }, { matchLabels: { app: "web", tier: "front" } }), undefined);
  });
  it("leaves out what lacks one", () => {
    assert.equal(
      notSelected({ labels }, { matchLabels: { app: "web", tier: "back" } }),
      "not selected: rollout.selector wants app=web,tier=back",
    );
    assert.ok(notSelected({}, { matchLabels: { app: "web" } }));
  });
});

describe("a workload is waiting", () => {
  const stale: Assessment["verdict"] = { is: "stale", stalePods: 1, podNames: [], differences: [] };
  const about = (annotations: Annotations, verdict: Assessment["verdict"] = stale) => ({
    verdict,
    workload: {
      kind: "Deployment",
      metadata: { name: "api", annotations: { ...annotations } },
      spec: { template: { spec: { containers: [] } } },
    },
  });
  const window = { "sidecar-settings/maintenance-window": "Mon 02:00-03:00" };
  const monday = Date.parse("2025-01-06T02:00:00Z");

  it("outside its window, with the next opening; previews leave that out", () => {
    assert.deepEqual(skipReason(about(window), {}, Rollout.parse({}), monday - 60_000), {
      why: "outside its maintenance window Mon 02:00-03:00, which opens next on Mon 2025-01-06 02:00 UTC",
      lasting: "outside its maintenance window Mon 02:00-03:00",
    });
    assert.equal(skipReason(about(window), {}, Rollout.parse({}), monday), undefined);
  });

  it("outside its namespace's, unless it has its own", () => {
    const namespace = { annotations: window };
    assert.match(
      skipReason(about({}), namespace, Rollout.parse({}), 0)?.why ?? "",
      /^outside its namespace's maintenance window/,
    );
    const own = { "sidecar-settings/maintenance-window": "00:00-24:00" };
    assert.equal(skipReason(about(own), namespace, Rollout.parse({}), 0), undefined);
  });

  const rows: [string, Annotations, object, RegExp][] = [
    ["when it opted out", never, {}, /is "never"$/],
    ["when it is not selected", {}, { selector: { matchLabels: { app: "web" } } }, /^not selected/],
    ["with an order that is none", { "sidecar-settings/rollout-order": "x" }, {}, /expected an integer/],
    [
      "with a window that is none",
      { "sidecar-settings/maintenance-window": "x" },
      {},
      /can't be read: "x" is no/,
    ],
    ["by strategy none", {}, { strategy: "none" }, /^rollout strategy none/],
  ];
  for (const [edge, annotations, options, why] of rows) {
    it(edge, () => {
      const off = skipReason(about(annotations), {}, Rollout.parse(options), 0);
      assert.match(off?.why ?? "", why);
      assert.equal(off?.lasting, off?.why);
    });
  }

  it("not if it could not be assessed, which is an error, unless it opted out", () => {
    const denied = (annotations: Annotations) => about(annotations, { is: "unknown", why: "quota: used 7" });
    assert.equal(skipReason(denied({}), {}, Rollout.parse({}), 0), undefined);
    assert.match(skipReason(denied(never), {}, Rollout.parse({}), 0)?.why ?? "", /"never"$/);
    assert.match(
      skipReason(denied({}), {}, Rollout.parse({ strategy: "none" }), 0)?.why ?? "",
      /strategy none/,
    );
  });

  it("only when it is stale", () => {
    for (const is of ["current", "masked"] as const)
      assert.equal(skipReason(about(never, { is }), {}, Rollout.parse({}), 0), undefined);
    assert.equal(skipReason(about({}), {}, Rollout.parse({}), 0), undefined);
  });
});
