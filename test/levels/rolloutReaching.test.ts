import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { layersOf } from "../../provider/configMap/layersOf";
import { storedContent } from "../../provider/configMap/storedContent";
import type { Layer, Layers } from "../../provider/levels/Layer";
import type { RolloutOptions } from "../../provider/levels/RolloutOptions";
import { rolloutAt, rolloutReaching } from "../../provider/levels/rolloutReaching";

const labels = { app: "api" };
type Strategy = RolloutOptions["strategy"];
const strategies: Strategy[] = [undefined, "restart", "evict", "none"];

function layer(rollout: RolloutOptions | undefined, picks?: Layer["picks"]): Layer {
  return {
    owner: "acme/shop/prod",
    settings: {},
    ...(picks ? { picks } : {}),
    ...(rollout ? { rollout } : {}),
  };
}

function levels(
  global?: RolloutOptions,
  namespace?: RolloutOptions,
  workload?: RolloutOptions,
): Record<string, Layer> {
  const picks = { selector: [{ key: "app", operator: "In" as const, values: ["api"] }], priority: 0 };
  return { "*": layer(global), shop: layer(namespace), "shop/api": layer(workload, picks) };
}

function stored(layers: Layers): Layers {
  return layersOf({ values: JSON.stringify({ global: { sidecarSettings: storedContent(layers) } }) });
}

describe("the options of a workload", () => {
  for (const global of strategies) {
    for (const namespace of strategies) {
      for (const workload of strategies) {
        const name = [global, namespace, workload].map((one) => one ?? "-").join(", ");
        const wanted = workload ?? namespace ?? global ?? "restart";
        it(`with (${name}) by global, namespace and workload settings are ${wanted}`, () => {
          const of = (strategy: Strategy) => (strategy ? { strategy } : undefined);
          const layers = stored(levels(of(global), of(namespace), of(workload)));
          assert.equal(rolloutReaching(layers, "shop", labels).strategy, wanted);
          assert.equal(rolloutAt(layers, "shop/api").strategy, wanted);
          const others = namespace ?? global ?? "restart";
          assert.equal(rolloutReaching(layers, "shop", { app: "web" }).strategy, others);
          assert.equal(rolloutAt(layers, "shop").strategy, others);
          assert.equal(rolloutReaching(layers, "bank", labels).strategy, global ?? "restart");
        });
      }
    }
  }

  it("merge one by one", () => {
    const layers = levels({ timeoutPerWorkload: "60s", strategy: "none" }, { strategy: "restart" });
    const { strategy, timeoutPerWorkload } = rolloutReaching(layers, "shop", labels);
    assert.deepEqual([strategy, timeoutPerWorkload], ["restart", "60s"]);
  });

  it("of two layers that pick it are those of the stronger one", () => {
    const layers = levels(undefined, undefined, { strategy: "none" });
    const all = layer({ strategy: "evict" }, { selector: [], priority: 1 });
    assert.equal(rolloutReaching({ ...layers, "shop/all": all }, "shop", labels).strategy, "evict");
  });

  const bounds: [edge: string, levels: (RolloutOptions | undefined)[], bounds: Record<string, number>][] = [
    ["nobody", [], { default: 3 }],
    ["the mesh", [{ maxConcurrent: 10 }], { "*": 10 }],
    ["mesh and namespace", [{ maxConcurrent: 10 }, { maxConcurrent: 1 }], { "*": 10, shop: 1 }],
    ["workload settings", [undefined, undefined, { maxConcurrent: 2 }], { "shop/api": 2 }],
  ];
  for (const [edge, given, wanted] of bounds) {
    it(`bound how many restart at once by each level that says a number: ${edge}`, () => {
      assert.deepEqual(rolloutReaching(levels(given[0], given[1], given[2]), "shop", labels).bounds, wanted);
    });
  }
});
