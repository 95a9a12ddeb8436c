import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compose } from "../../provider/configMap/compose";
import { importedSettings } from "../../provider/mesh/importedSettings";
import { readInventory } from "../../provider/mesh/readInventory";
import { config, values } from "../configMap/injectorText";
import { apiOf } from "./apiOf";

const definition = {
  spec: {
    group: "networking.istio.io",
    names: { kind: "ProxyConfig", plural: "proxyconfigs" },
    versions: [
      { name: "v1alpha1", served: false, storage: true },
      { name: "v1beta1", served: true, storage: false },
    ],
  },
};
/** Another project's kind of that name, whose objects are in no namespace. */
const others = {
  spec: {
    group: "proxies.example.com",
    names: { kind: "ProxyConfig", plural: "proxyconfigs" },
    versions: [{ name: "v1", served: true, storage: true }],
  },
};
const ofMesh = { metadata: { name: "default", namespace: "istio-system" }, spec: { concurrency: 2 } };
const ofOthers = { metadata: { name: "edge" }, spec: { concurrency: 9 } };
const found = async (injector: object) =>
  importedSettings(
    await readInventory(
      apiOf({
        ...injector,
        "/api/v1/pods": { items: [] },
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": { items: [others, definition] },
        "/apis/proxies.example.com/v1/proxyconfigs": { items: [ofOthers] },
        "/apis/networking.istio.io/v1beta1/proxyconfigs": { items: [ofMesh] },
      }),
      { injectorNamespace: "istio-system" },
    ),
  );

describe("import of what a mesh has", () => {
  it("writes no global settings where there are some already, and names their owner", async () => {
    const layers = { "*": { owner: "acme/mesh/prod:global", settings: { dnsProxy: true } } };
    const { global, leftAlone } = await found({
      "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector": {
        metadata: { name: "istio-sidecar-injector" },
        data: compose({ config, values }, layers),
      },
    });
    assert.equal(global, undefined);
    assert.deepEqual(leftAlone, [
      {
        where: "global",
        says: "already has settings, owned by acme/mesh/prod:global. Add there what was found here.",
      },
    ]);
  });

  it("says that it could not look which settings there are", async () => {
    const { global, namespaces, leftAlone } = await found({});
    assert.deepEqual(namespaces, {});
    assert.deepEqual(global, { concurrency: "2" });
    assert.match(leftAlone.map(({ says }) => says).join(), /there is no ConfigMap istio-system/);
  });
});
