import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Layers } from "../../provider/levels/Layer";
import { layersNear } from "../../provider/levels/layersReaching";

const owned = (owner: string) => ({ owner, settings: {} });
const layers = (owner: string, ...targets: string[]): Layers =>
  Object.fromEntries(targets.map((target) => [target, owned(owner)]));

describe("the layers that can apply to a namespace's pods", () => {
  const rows: [title: string, sources: Layers[], near: Layers][] = [
    ["none", [{}], {}],
    [
      "the global one, its own, and those of its workloads",
      [layers("a", "*", "shop", "shop/api", "shop/web")],
      layers("a", "*", "shop", "shop/api", "shop/web"),
    ],
    [
      "not those of namespaces with a similar name",
      [layers("a", "shop-2", "shop-2/api", "eshop", "eshop/shop")],
      {},
    ],
    [
      "later ones in place of earlier ones",
      [layers("a", "*", "shop"), layers("b", "shop", "pay")],
      { ...layers("a", "*"), ...layers("b", "shop") },
    ],
  ];
  for (const [title, sources, near] of rows)
    it(title, () => assert.deepEqual(layersNear("shop", ...sources), near));
});
