import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { readLayerInputs } from "../../provider/injector/layerInputs";

describe("a layer's inputs, once Outputs are known", () => {
  const rows: [string, object, string[]][] = [
    [
      "a misspelt key of injector",
      { injector: { revison: "canary" } },
      ["injector.revison: did you mean revision?"],
    ],
    ["a misspelt key of cluster", { cluster: { contxt: "x" } }, ["cluster.contxt: did you mean context?"]],
    ["text for injector", { injector: "canary" }, ["injector: nest them below it"]],
    [
      "a injectorTimeout in words",
      { injectorTimeout: "5 minutes" },
      ["injectorTimeout: write hours, minutes and seconds with their units"],
    ],
    [
      "what a preview can't know",
      { injector: unknownMarker, cluster: { context: unknownMarker }, injectorTimeout: unknownMarker },
      [],
    ],
    ["all of it right", { injector: { namespace: "istio-system" }, cluster: {}, injectorTimeout: "5m" }, []],
  ];
  for (const [edge, inputs, problems] of rows) {
    it(`${problems.length > 0 ? "refuse" : "take"} ${edge}`, () => {
      const read = readLayerInputs({ namespace: "shop", ...inputs });
      assert.deepEqual(
        read.problems.map(({ path, todo }) => `${path}: ${todo}`),
        problems,
      );
    });
  }
});
