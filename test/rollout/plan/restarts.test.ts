import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { restartsByReason } from "../../../provider/rollout/plan/restarts";

const cpu = "proxyResources.limits.cpu 1 -> 2";
const many = (count: number, why: string | ((at: number) => string) = cpu) =>
  Array.from({ length: count }, (_, at) => ({
    name: `Deployment/api-${String(at).padStart(4, "0")}`,
    pods: 3,
    why: typeof why === "string" ? why : why(at),
  }));

describe("the restarts of a preview", () => {
  it("are grouped by reason, the one that most share first, each workload once", () => {
    const restarts = restartsByReason([
      { name: "Deployment/web", pods: 1, why: "logLevel warning -> debug" },
      { name: "Deployment/b", pods: 3, why: cpu },
      { name: "Deployment/a", pods: 2, why: cpu },
    ]);
    assert.deepEqual(Object.entries(restarts), [
      [cpu, { "Deployment/a": "2 pods", "Deployment/b": "3 pods" }],
      ["logLevel warning -> debug", { "Deployment/web": "1 pod" }],
    ]);
    assert.deepEqual(restartsByReason([]), {});
  });

  it("of one reason are all named up to twenty", () => {
    const names = Object.keys(restartsByReason(many(20))[cpu] ?? {});
    assert.equal(names.length, 20);
    assert.equal(names.at(-1), "Deployment/api-0019");
  });

  it("beyond twenty are counted after those that are named: a large mesh stays readable", () => {
    const named = restartsByReason(many(1000))[cpu] ?? {};
    assert.equal(Object.keys(named).length, 21);
    assert.deepEqual(Object.entries(named).at(-1), ["… and 980 more", "2940 pods"]);
  });

  it("for more than twenty reasons are counted together", () => {
    const restarts = restartsByReason(many(30, (at) => `concurrency 2 -> ${at + 100}`));
    assert.equal(Object.keys(restarts).length, 21);
    assert.deepEqual(Object.entries(restarts).at(-1), [
      "… and 10 more reasons",
      { "… and 10 more": "30 pods" },
    ]);
  });
});
