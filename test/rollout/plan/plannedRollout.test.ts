import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plannedRollout } from "../../../provider/rollout/plan/plannedRollout";
import type { Restart } from "../../../provider/rollout/plan/Restart";
import { rolloutWith } from "../rolloutWith";
import { staleVerdict } from "../staleVerdict";

const settings = { revision: "default", stamp: "aaaa", planned: undefined };

function restart(
  name: string,
  annotations: Record<string, string> = {},
  available = 1,
  namespace = "shop",
  options: object = {},
): Restart {
  const workload = {
    kind: "Deployment",
    metadata: { name, annotations },
    spec: { template: { spec: { containers: [] } } },
    status: { replicas: 1, updatedReplicas: 1, availableReplicas: available },
  };
  const verdict = staleVerdict({ podNames: [`${name}-1`] });
  const assessment = { namespace, workload, name: `Deployment/${name}`, pods: 1, verdict };
  return { assessment, settings, rollout: rolloutWith(options) };
}

const never = { "sidecar-settings/rollout": "never" };
const why = "proxyResources.limits.cpu 1 -> 2";
const one = { [why]: { "Deployment/api": "1 pod" } };
const bare = (options: object = {}) => ({
  found: {
    namespace: "shop",
    name: "Pod/debug",
    pods: 1,
    podNames: ["debug"],
    why: "a bare pod",
    bare: { name: "debug" },
  },
  settings,
  rollout: rolloutWith(options),
});

describe("what a preview says of a rollout", () => {
  it("has restarts and, apart from them, what is waiting; only restarts make a change", () => {
    const restarts = [restart("api"), restart("old", never)];
    assert.deepEqual(plannedRollout("shop", restarts, [], 0), {
      restarts: one,
      waiting: { "Deployment/old": 'its annotation sidecar-settings/rollout is "never"' },
      kept: [],
      stale: 1,
      count: "1 workload (1 pod) restarts",
    });
    assert.equal(plannedRollout("shop", [restart("old", never)], [], 0).stale, 0);
  });

  it("what is not ready is waiting, and assessed again by each up", () => {
    const planned = plannedRollout("shop", [restart("api", {}, 0)], [], 0);
    assert.deepEqual(planned.restarts, {});
    assert.match(planned.waiting["Deployment/api"] ?? "", /^is not ready/);
    assert.equal(planned.stale, 1);
    const anyway = plannedRollout("shop", [restart("api", {}, 0, "shop", { restartUnhealthy: true })], [], 0);
    assert.deepEqual(anyway, {
      restarts: one,
      waiting: {},
      kept: [],
      stale: 1,
      count: "1 workload (1 pod) restarts",
    });
  });

  it("bare pods are named only where they are deleted; else a line says that they keep their settings", () => {
    assert.deepEqual(plannedRollout("shop", [], [bare()], 0), {
      restarts: {},
      waiting: {},
      kept: ["[shop] Pod/debug is unmanaged: 1 pod with earlier settings; a bare pod"],
      stale: 0,
    });
    const planned = plannedRollout("shop", [], [bare({ deleteBarePods: true })], 0);
    assert.deepEqual(planned.restarts, {
      "will be deleted; no controller recreates it": { "Pod/debug": "1 pod" },
    });
    assert.equal(planned.stale, 1);
  });

  it("lists what a level's strategy leaves alone, beside what another level restarts", () => {
    const restarts = [restart("api"), restart("pay", {}, 1, "bank", { strategy: "none" })];
    assert.deepEqual(plannedRollout(undefined, restarts, [], 0), {
      restarts: { [why]: { "shop/Deployment/api": "1 pod" } },
      waiting: {
        "bank/Deployment/pay":
          "rollout strategy none: its pods keep the old settings until they are recreated",
      },
      kept: [],
      stale: 1,
      count: "1 workload (1 pod) restarts: shop 1",
    });
  });

  it("of all namespaces each workload has its namespace before it", () => {
    const restarts = [restart("api"), restart("old", never), restart("web", {}, 1, "bank")];
    assert.deepEqual(plannedRollout(undefined, restarts, [], 0), {
      restarts: { [why]: { "bank/Deployment/web": "1 pod", "shop/Deployment/api": "1 pod" } },
      waiting: { "shop/Deployment/old": 'its annotation sidecar-settings/rollout is "never"' },
      kept: [],
      stale: 2,
      count: "2 workloads (2 pods) restart: bank 1, shop 1",
    });
  });

  it("of many namespaces the first twenty are named, and all are counted", () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      restart("api", {}, 1, `n${String(at).padStart(3, "0")}`),
    );
    const { restarts, stale, count } = plannedRollout(
      undefined,
      [...many, restart("web", {}, 1, "n299")],
      [],
      0,
    );
    assert.equal(Object.keys(restarts[why] ?? {}).length, 21);
    assert.equal(restarts[why]?.["… and 281 more"], "281 pods");
    assert.equal(stale, 301);
    assert.match(
      count ?? "",
      /^301 workloads \(301 pods\) restart: n299 2, n000 1, .*n008 1, 290 more namespaces$/,
    );
  });
});
