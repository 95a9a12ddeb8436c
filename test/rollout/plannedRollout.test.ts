import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Assessment } from "../../provider/rollout/assess";
import { plannedRollout } from "../../provider/rollout/plannedRollout";
import { Rollout } from "../../provider/rollout/RolloutOptions";
import type { Restart } from "../../provider/rollout/runRollout";

const differences = [{ field: "istio-proxy limits.cpu", from: "1", to: "2" }];
const settings = { revision: "default", stamp: "aaaa", planned: undefined };

function restart(
  name: string,
  annotations: Record<string, string> = {},
  available = 1,
  namespace = "shop",
): Restart {
  const workload = {
    kind: "Deployment",
    metadata: { name, annotations },
    spec: { template: { spec: { containers: [] } } },
    status: { replicas: 1, updatedReplicas: 1, availableReplicas: available },
  };
  const verdict: Assessment["verdict"] = { is: "stale", stalePods: 1, podNames: [`${name}-1`], differences };
  return { assessment: { namespace, workload, name: `Deployment/${name}`, pods: 1, verdict }, settings };
}

const never = { "sidecar-settings/rollout": "never" };
const api = "1 pod: istio-proxy limits.cpu 1 -> 2";
const bare = {
  found: { namespace: "shop", name: "Pod/debug", pods: 1, why: "", bare: { name: "debug" } },
  settings,
};

describe("what a preview says of a rollout", () => {
  it("is what restarts, and apart from it what is left alone; only the former makes a change", () => {
    const restarts = [restart("api"), restart("old", never)];
    assert.deepEqual(plannedRollout("shop", restarts, [], Rollout.parse({}), 0), {
      restarts: { "Deployment/api": api },
      waiting: { "Deployment/old": 'its annotation sidecar-settings/rollout is "never"' },
      stale: 1,
    });
    assert.equal(plannedRollout("shop", [restart("old", never)], [], Rollout.parse({}), 0).stale, 0);
  });

  it("what is not ready is left alone, and is looked at again by each up", () => {
    const planned = plannedRollout("shop", [restart("api", {}, 0)], [], Rollout.parse({}), 0);
    assert.deepEqual(planned.restarts, {});
    assert.match(planned.waiting["Deployment/api"] ?? "", /^is not ready/);
    assert.equal(planned.stale, 1);
    const anyway = plannedRollout(
      "shop",
      [restart("api", {}, 0)],
      [],
      Rollout.parse({ restartUnhealthy: true }),
      0,
    );
    assert.deepEqual(anyway, { restarts: { "Deployment/api": api }, waiting: {}, stale: 1 });
  });

  it("bare pods are named only where they are deleted", () => {
    assert.deepEqual(plannedRollout("shop", [], [bare], Rollout.parse({}), 0), {
      restarts: {},
      waiting: {},
      stale: 0,
    });
    const planned = plannedRollout("shop", [], [bare], Rollout.parse({ deleteBarePods: true }), 0);
    assert.match(String(planned.restarts["Pod/debug"]), /^deleted for good/);
    assert.equal(planned.stale, 1);
  });

  it("of all namespaces each is a map of its own", () => {
    const restarts = [restart("api"), restart("old", never), restart("web", {}, 1, "bank")];
    assert.deepEqual(plannedRollout(undefined, restarts, [], Rollout.parse({}), 0), {
      restarts: { bank: { "Deployment/web": api }, shop: { "Deployment/api": api } },
      waiting: { "shop/Deployment/old": 'its annotation sidecar-settings/rollout is "never"' },
      stale: 2,
    });
  });

  it("of a namespace called total are its own, and nobody's count", () => {
    const names = ["total", ...Array.from({ length: 30 }, (_, at) => `z${at}`)];
    const many = names.map((name) => restart("api", {}, 1, name));
    const { restarts } = plannedRollout(undefined, many, [], Rollout.parse({}), 0);
    assert.deepEqual(restarts.total, { "Deployment/api": api });
    assert.match(String(Object.values(restarts)[0]), /^31 workloads in 31 namespaces/);
  });

  it("of many namespaces the first twenty are named, and all are counted", () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      restart("api", {}, 1, `n${String(at).padStart(3, "0")}`),
    );
    const { restarts, stale } = plannedRollout(undefined, many, [], Rollout.parse({}), 0);
    assert.equal(Object.keys(restarts).length, 21);
    assert.equal(restarts["all namespaces"], "300 workloads in 300 namespaces; the first 20:");
    assert.equal(stale, 300);
  });
});
