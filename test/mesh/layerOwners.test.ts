import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Layers } from "../../provider/levels/Layer";
import { layerOwners } from "../../provider/mesh/layerOwners";
import { NoStackState, readStackState } from "../../provider/mesh/readStackState";

const injector = "istio-system/istio-sidecar-injector";
const owned = (owners: Record<string, string>): Layers =>
  Object.fromEntries(Object.entries(owners).map(([target, owner]) => [target, { owner, settings: {} }]));

const resource = (name: string, inputs: Record<string, unknown>) => ({
  urn: `urn:pulumi:prod::shop::istio-sidecar:index:NamespaceSidecarSettings$pulumi-nodejs:dynamic/istio-sidecar:SettingsLayer::${name}-layer`,
  inputs: { injector: {}, owner: `acme/shop/prod:${name}`, ...inputs },
});
const stack = { urn: "urn:pulumi:prod::shop::pulumi:pulumi:Stack::shop-prod" };
const state = (...layers: ReturnType<typeof resource>[]) =>
  readStackState(JSON.stringify({ version: 3, deployment: { resources: [stack, ...layers] } }), "state.json");
const said = (layers: Layers, of: ReturnType<typeof state>) =>
  layerOwners(injector, layers, of).flatMap(({ is, says }) => (is === "problem" ? [says] : []));

describe("who owns the layers of an injector", () => {
  it("is reported by stack, without a state", () => {
    const layers = owned({
      "*": "acme/mesh/prod:global",
      shop: "acme/shop/prod:shop",
      "shop/api": "acme/shop/prod:a:b",
    });
    assert.deepEqual(layerOwners(injector, layers, undefined), [
      { check: "owners", is: "ok", says: `layers in ${injector}: 1 of acme/mesh/prod, 2 of acme/shop/prod` },
    ]);
    assert.deepEqual(layerOwners(injector, {}, undefined), []);
  });

  it("finds no fault where the state has every layer of its stack", () => {
    const layers = owned({
      shop: "acme/shop/prod:shop",
      "shop/api": "acme/shop/prod:api",
      cart: "acme/cart/prod:cart",
      pay: "acme/shop/dev:pay",
    });
    const all = state(
      resource("shop", { namespace: "shop" }),
      resource("api", { namespace: "shop", workload: "api" }),
    );
    assert.deepEqual(said(layers, all), []);
  });

  const shop = owned({ shop: "acme/shop/prod:shop" });
  const rows: [string, ReturnType<typeof state>][] = [
    ["that its state does not have", state()],
    ["whose component has moved to another namespace", state(resource("shop", { namespace: "shop-2" }))],
    [
      "whose component has moved to another revision's injector",
      state(resource("shop", { namespace: "shop", injector: { revision: "1-31" } })),
    ],
    ["that another component has by now", state(resource("other", { namespace: "shop" }))],
  ];
  for (const [what, of] of rows) {
    it(`names a layer ${what}`, () =>
      assert.deepEqual(said(shop, of), [
        `namespace shop in ${injector} belongs to acme/shop/prod:shop, and its state does not have it`,
      ]));
  }

  it("says that a create was interrupted, and what to do", () => {
    const text = JSON.stringify({
      deployment: {
        resources: [stack],
        pending_operations: [
          { type: "creating", resource: resource("shop", { namespace: "shop" }) },
          { type: "updating", resource: resource("cart", { namespace: "cart" }) },
        ],
      },
    });
    const [, found] = layerOwners(injector, shop, readStackState(text, "state.json"));
    assert.match(
      found?.says ?? "",
      /belongs to acme\/shop\/prod:shop, and an up was interrupted while it created it$/,
    );
    assert.match(found?.todo ?? "", /^add a component named shop for it to the program and run pulumi up;/);
  });

  for (const [what, text, message] of [
    [
      "no JSON",
      "Current stack is prod",
      /^state\.json: expected the output of pulumi stack export, got no JSON$/,
    ],
    ["other JSON", '{"steps":[]}', /^state\.json: expected .*, got deployment: /],
    ["an empty stack", '{"version":3,"deployment":{}}', /got no resources, so the stack is unknown$/],
  ] as const) {
    it(`is unknown with ${what}`, () =>
      assert.throws(
        () => readStackState(text, "state.json"),
        (error) => error instanceof NoStackState && message.test(error.message),
      ));
  }
});
