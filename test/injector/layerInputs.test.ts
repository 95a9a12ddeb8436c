import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { injectorTimeoutOf, readLayerInputs } from "../../provider/injector/layerInputs";

describe("how a layer is brought, beside its settings", () => {
  const wrong: [edge: string, properties: object, path: string, todo: RegExp][] = [
    [
      "a misspelt option",
      { rollout: { maxConcurent: 1 } },
      "rollout.maxConcurent",
      /did you mean maxConcurrent\?/,
    ],
    ["an option out of bounds", { rollout: { maxConcurrent: 0 } }, "rollout.maxConcurrent", /./],
    ["injectorTimeout in words", { injectorTimeout: "5 minutes" }, "injectorTimeout", /units/],
  ];
  for (const [edge, properties, path, todo] of wrong) {
    it(`is refused with ${edge}`, () => {
      const [problem] = readLayerInputs({ namespace: "shop", ...properties }).problems;
      assert.equal(problem?.path, path);
      assert.match(problem?.todo ?? "", todo);
    });
  }

  it("may be unknown in a preview", () => {
    const { problems } = readLayerInputs({
      namespace: "shop",
      injectorTimeout: unknownMarker,
      rollout: { strategy: unknownMarker },
    });
    assert.deepEqual(problems, []);
  });

  it("is read leniently from another release's state, so that it can be removed", () => {
    const old = {
      namespace: "shop",
      logLevel: "debug",
      rollout: { strategy: "none", atOnce: 3 },
      injectorTimeout: "a while",
    };
    const { settings, rollout } = readLayerInputs(old);
    assert.deepEqual([settings, rollout], [{ logLevel: "debug" }, { strategy: "none" }]);
    assert.equal(injectorTimeoutOf(old), 300_000);
  });
});
