import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  claimedTwice,
  componentOf,
  isSameStack,
  ownedByAnother,
  ownerAfter,
  stackOf,
  wantedOwner,
  writtenOwner,
  writtenOwnerOf,
} from "../../provider/injector/layerOwner";

const shop = "acme/mesh/prod:shop";

describe("the owner of a layer", () => {
  for (const [claim, present, expected] of [
    ["is the component's name where there is no layer", undefined, shop],
    ["is the component's name where another component had the layer", "acme/mesh/prod:shop-ns", shop],
    ["is the component's name where another's name begins with it", "acme/mesh/prod:shop#extra", shop],
    ["is counted where the component's former resource has the layer", shop, `${shop}#2`],
    ["is counted further at each replacement", `${shop}#2`, `${shop}#3`],
  ] as const)
    it(claim, () => assert.equal(ownerAfter(shop, present), expected));

  it("has a stack and a component, whose name may have colons", () => {
    assert.equal(stackOf("acme/mesh/prod:team:shop#2"), "acme/mesh/prod");
    assert.equal(componentOf("acme/mesh/prod:team:shop#2"), "team:shop");
    assert.ok(isSameStack(shop, "acme/mesh/prod:cart"));
    assert.ok(!isSameStack(shop, "acme/mesh/production:shop"));
  });

  it("is kept in the state only where it differs from the component's name", () => {
    assert.deepEqual(writtenOwner({ owner: shop }, shop), {});
    assert.deepEqual(writtenOwner({ owner: shop }, `${shop}#2`), { __owner: `${shop}#2` });
    assert.equal(writtenOwnerOf({ owner: shop }), shop);
    assert.equal(writtenOwnerOf({ owner: shop, __owner: `${shop}#2` }), `${shop}#2`);
  });

  it("stays with its resource when the component is renamed", () => {
    const olds = { owner: shop, __owner: `${shop}#2` };
    assert.equal(wantedOwner(olds, { owner: shop }), `${shop}#2`);
    assert.equal(wantedOwner(olds, { owner: "acme/mesh/prod:team" }), "acme/mesh/prod:team");
  });

  it("is named in refusals", () => {
    assert.equal(
      ownedByAnother("shop", "acme/other/prod:shop"),
      "namespace shop: its sidecar settings belong to acme/other/prod:shop, of another stack. " +
        "Remove them from one of the two programs, or run pulumi destroy there first.",
    );
    assert.equal(
      claimedTwice("*", [shop, "acme/mesh/prod:cart"]),
      'global settings: two components of this program, "shop" and "cart", have settings for it. ' +
        "Remove one of them, or move its settings into the other.",
    );
  });
});
