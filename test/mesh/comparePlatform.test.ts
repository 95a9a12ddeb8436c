import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { comparePlatform } from "../../provider/mesh/comparePlatform";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";
import { config, values } from "../configMap/injectorText";
import { apiOf } from "./apiOf";

const compared = (text: string, data = { config, values }) =>
  comparePlatform(
    apiOf({
      "/api/v1/namespaces": { items: [{ metadata: { name: "shop" } }, { metadata: { name: "cart" } }] },
      "/api/v1/pods": { items: [] },
      "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector": { metadata: {}, data },
    }),
    readPlatformFile(text, "settings.yaml"),
    "settings.yaml",
    0,
  );

describe("diff refuses what up refuses:", () => {
  it("namespaces that don't exist, with the nearest ones", async () => {
    await assert.rejects(
      compared("namespaces: { shp: { concurrency: 2 }, other-team: { concurrency: 2 } }"),
      {
        message:
          "there is no namespace shp. Did you mean shop?\nthere is no namespace other-team. Create it first.",
      },
    );
  });

  it("a request above the limit of another level", async () => {
    const text =
      "global: { proxyResources: { limits: { cpu: 1 } } }\nnamespaces: { shop: { proxyResources: { requests: { cpu: 2 } } } }";
    await assert.rejects(compared(text), /a cpu request of 2 above the limit of 1/);
  });

  it("an injector whose template can't be changed", async () => {
    const bare = config.replace("sidecar: |", "gateway: |");
    await assert.rejects(compared("global: { concurrency: 2 }", { config: bare, values }), {
      name: "InjectorRefusal",
    });
  });

  it("nothing that is valid", async () => {
    const { changes } = await compared("namespaces: { shop: { concurrency: 2 } }");
    assert.deepEqual(
      changes.map(({ target, setting }) => `${target} ${setting}`),
      ["shop concurrency"],
    );
  });
});
