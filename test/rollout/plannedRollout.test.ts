import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Assessment } from "../../provider/rollout/assess";
import { plannedRollout } from "../../provider/rollout/plannedRollout";
import type { Restart } from "../../provider/rollout/runRollout";
import { rolloutWith } from "./rolloutWith";

const differences = [{ field: "istio-proxy limits.cpu", from: "1", to: "2" }];
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
  const verdict: Assessment["verdict"] = { is: "stale", stalePods: 1, podNames: [`${name}-1`], differences };
  const assessment = { namespace, workload, name: `Deployment/${name}`, pods: 1, verdict };
  return { assessment, settings, rollout: rolloutWith(options) };
}

const never = { "sidecar-settings/rollout": "never" };
const api = "1 pod: istio-proxy limits.cpu 1 -> 2";
const bare = (options: object = {}) => ({
  found: {
    namespace: "shop",
    name: "Pod/debug",
    pods: 1,
    podNames: ["debug"],
    why: "",
    bare: { name: "debug" },
  },
  settings,
  rollout: rolloutWith(options),
});

describe("what a preview says of a rollout", () => {
  it("is what restarts, and apart from it what is left alone; only the former makes a change", () => {
    const restarts = [restart("api"), restart("old", never)];
    assert.deepEqual(plannedRollout("shop", restarts, [], 0), {
      restarts: { "Deployment/api": api },
      waiting: { "Deployment/old": 'its annotation sidecar-settings/rollout is "never"' },
      stale: 1,
    });
    assert.equal(plannedRollout("shop", [restart("old", never)], [], 0).stale, 0);
  });

  it("what is not ready is left alone, and is looked at again by each up", () => {
    const planned = plannedRollout("shop", [restart("api", {}, 0)], [], 0);
    assert.deepEqual(planned.restarts, {});
    assert.match(planned.waiting["Deployment/api"] ?? "", /^is not ready/);
    assert.equal(planned.stale, 1);
    const anyway = plannedRollout("shop", [restart("api", {}, 0, "shop", { restartUnhealthy: true })], [], 0);
    assert.deepEqual(anyway, { restarts: { "Deployment/api": api }, waiting: {}, stale: 1 });
  });

  it("bare pods are named only where they are deleted", () => {
    assert.deepEqual(plannedRollout("shop", [], [bare()], 0), {
      restarts: {},
      waiting: {},
      stale: 0,
    });
    const planned = plannedRollout("shop", [], [bare({ deleteBarePods: true })], 0);
    assert.match(String(planned.restarts["Pod/debug"]), /^will be deleted/);
    assert.equal(planned.stale, 1);
  });

  it("lists what a level's strategy leaves alone, beside what another level restarts", () => {
    const restarts = [restart("api"), restart("pay", {}, 1, "bank", { strategy: "none" })];
    assert.deepEqual(plannedRollout(undefined, restarts, [], 0), {
      restarts: { shop: { "Deployment/api": api } },
      waiting: {
        "bank/Deployment/pay":
          "rollout strategy none: its pods keep the old settings until they are recreated",
      },
      stale: 1,
    });
  });

  it("of all namespaces each is a map of its own", () => {
    const restarts = [restart("api"), restart("old", never), restart("web", {}, 1, "bank")];
    assert.deepEqual(plannedRollout(undefined, restarts, [], 0), {
      restarts: { bank: { "Deployment/web": api }, shop: { "Deployment/api": api } },
      waiting: { "shop/Deployment/old": 'its annotation sidecar-settings/rollout is "never"' },
      stale: 2,
    });
  });

  it("of a namespace called total are its own, and nobody's count", () => {
    const names = ["total", ...Array.from({ length: 30 }, (_, at) => `z${at}`)];
    const many = names.map((name) => restart("api", {}, 1, name));
    const { restarts } = plannedRollout(undefined, many, [], 0);
    assert.deepEqual(restarts.total, { "Deployment/api": api });
    assert.match(String(Object.values(restarts)[0]), /^31 workloads in 31 namespaces/);
  });

  it("of many namespaces the first twenty are named, and all are counted", () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      restart("api", {}, 1, `n${String(at).padStart(3, "0")}`),
    );
    const { restarts, stale } = plannedRollout(undefined, many, [], 0);
    assert.equal(Object.keys(restarts).length, 21);
    assert.equal(restarts["all namespaces"], "300 workloads in 300 namespaces; the first 20:");
    assert.equal(stale, 300);
  });
});
