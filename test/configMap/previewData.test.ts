import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { previewData, previewStamp } from "../../provider/configMap/previewData";
import { storedContent } from "../../provider/configMap/storedContent";
import type { Layers } from "../../provider/levels/Layer";
import { stampOf } from "../../provider/levels/Profile";
import { layers } from "./injectorText";

const annotation = "sidecar-settings/preview";

function data(given: Layers, namespace: string): Record<string, Record<string, unknown>> {
  return JSON.parse(previewData(given, namespace)?.[annotation] ?? "");
}

describe("planned data on a pod", () => {
  const others: Layers = {
    ...layers,
    bank: { owner: "o", settings: { dnsProxy: false } },
    "bank/web": { owner: "o", settings: { "env.A": "1" }, picks: { selector: [], priority: 0 } },
  };

  it("is what the template reads for its namespace, as the injector will have it, and nothing else", () => {
    const { namespaces, profiles, workloads } = storedContent(layers);
    assert.deepEqual(data(others, "shop"), { namespaces, profiles, workloads });
    assert.deepEqual(Object.keys(data(others, "shop")).sort(), ["namespaces", "profiles", "workloads"]);
  });

  it("is the global layer's alone in a namespace without settings, and empty without layers", () => {
    assert.deepEqual(Object.keys(data(others, "other").profiles ?? {}), ["*"]);
    assert.deepEqual(data({}, "shop"), { namespaces: {}, profiles: {} });
  });

  it("stands beside the pod's own annotations, in place of an older preview", () => {
    const found = previewData({}, "shop", { a: "b", [annotation]: "older" });
    assert.deepEqual(found, { a: "b", [annotation]: '{"namespaces":{},"profiles":{}}' });
  });

  const env = (count: number, length: number): Layers => ({
    shop: {
      owner: "o",
      settings: Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`env.N${at}`, "x".repeat(length)]),
      ),
    },
  });
  const picked = (count: number): Layers =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [
        `shop/w${at}`,
        { owner: "o", settings: { dnsProxy: true }, picks: { selector: [], priority: at } },
      ]),
    );
  const ports = (count: number) => ({
    shop: { owner: "o", settings: { "alwaysExclude.inboundPorts": Array(count).fill("8080").join(",") } },
  });
  const named = (length: number): Layers => ({
    shop: { owner: "o", settings: { [`env.${"N".repeat(length)}`]: "1" } },
  });
  const onPod = (name: string, bytes: number) => ({ [name]: "é".repeat(bytes / 2) });
  const rows: [string, [Layers, Record<string, string>?], [Layers, Record<string, string>?]][] = [
    ["of many bytes", [env(1, 30_000)], [env(1, 33_000)]],
    ["of many variables", [env(128, 1)], [env(129, 1)]],
    ["of many workload layers", [picked(8)], [picked(9)]],
    ["with a long list to unite", [ports(400)], [ports(500)]],
    ["with a long name", [named(256)], [named(257)]],
    [
      "for a pod with a long config",
      [{}, onPod("proxy.istio.io/config", 16_384)],
      [{}, onPod("proxy.istio.io/config", 16_386)],
    ],
    ["for a pod with many annotations", [{}, onPod("a", 245_000)], [{}, onPod("a", 245_800)]],
  ];
  for (const [edge, [most, mostOnPod], [more, moreOnPod]] of rows) {
    it(`is not used where it would keep istiod busy: ${edge}`, () => {
      assert.ok(previewData(most, "shop", mostOnPod));
      assert.equal(previewData(more, "shop", moreOnPod), undefined);
      assert.ok(previewData(more, "bank"));
    });
  }
});

describe("the stamp of a pod that was asked with planned data", () => {
  it("differs from any stamp that pods get", () => {
    const { shop, "*": global } = layers;
    const stamp = stampOf({
      ...(global ? { global: global.settings } : {}),
      namespace: shop?.settings ?? {},
    });
    assert.equal(previewStamp(layers, "shop", { app: "api" }), `preview.${stamp}`);
    assert.match(previewStamp(layers, "shop", { app: "web" }), /^preview\.\w{12}\.\w{12}$/);
    assert.equal(previewStamp({}, "shop"), "preview");
  });
});
