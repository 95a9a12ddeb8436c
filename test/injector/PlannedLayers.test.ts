import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PlannedLayers } from "../../provider/injector/PlannedLayers";

const shop = { settings: {}, owner: "acme/mesh/prod:shop", injectorTimeout: 1000 };

describe("the layers that a program plans", () => {
  it("name the component that already has the target", () => {
    const planned = new PlannedLayers();
    assert.equal(planned.note("shop", shop, false), undefined);
    assert.equal(planned.note("shop", shop, false), undefined);
    const other = { ...shop, owner: "acme/mesh/prod:shop-too" };
    assert.equal(planned.note("shop", other, false), shop.owner);
  });
});
