import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Assessment } from "../../provider/rollout/assess";
import { namespaceRestarts } from "../../provider/rollout/restarts";

const differences = [{ field: "istio-proxy limits.cpu", from: "1", to: "2" }];

function assessment(name: string, verdict: Assessment["verdict"]): Assessment {
  const workload = {
    kind: "Deployment",
    metadata: { name },
    spec: { template: { spec: { containers: [] } } },
  };
  return { namespace: "shop", workload, name: `Deployment/${name}`, pods: 3, verdict };
}

const stale = (name: string, stalePods = 3) =>
  assessment(name, { is: "stale", stalePods, podNames: [], differences });
const many = (count: number) =>
  Array.from({ length: count }, (_, at) => stale(`api-${String(at).padStart(4, "0")}`));

describe("the restarts of a namespace", () => {
  it("name each stale workload, and why", () => {
    assert.deepEqual(namespaceRestarts([stale("api"), stale("web", 1)]), {
      "Deployment/api": "3 pods: istio-proxy limits.cpu 1 -> 2",
      "Deployment/web": "1 pod: istio-proxy limits.cpu 1 -> 2",
    });
  });

  it("are only of what restarts", () => {
    const others: Assessment["verdict"][] = [
      { is: "current" },
      { is: "masked" },
      { is: "held", why: "paused" },
      { is: "unknown", why: "denied" },
    ];
    assert.deepEqual(namespaceRestarts(others.map((verdict, at) => assessment(`w${at}`, verdict))), {});
    assert.deepEqual(namespaceRestarts([]), {});
  });

  it("are all named up to twenty", () => {
    const restarts = namespaceRestarts(many(20));
    assert.equal(Object.keys(restarts).length, 20);
    assert.equal(restarts.total, undefined);
  });

  it("are counted first beyond twenty, and only the first twenty named: a large namespace stays readable", () => {
    const restarts = namespaceRestarts(many(1000));
    assert.equal(Object.keys(restarts).length, 21);
    assert.equal(Object.keys(restarts)[0], "total");
    assert.equal(restarts.total, "1000 workloads, 3000 pods; the first 20:");
    assert.equal(Object.keys(restarts).at(-1), "Deployment/api-0019");
  });
});
