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

  it("many namespaces that don't exist, in one sentence", async () => {
    const names = Array.from({ length: 13 }, (_, at) => `team-${at}`);
    await assert.rejects(
      compared(`namespaces: { ${names.map((name) => `${name}: { concurrency: 2 }`).join(", ")} }`),
      {
        message: `there are no namespaces ${names.slice(0, 10).join(", ")} and 3 more. Create them first, or look at another cluster.`,
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

describe("diff of one namespace", () => {
  const status = { "sidecar.istio.io/status": JSON.stringify({ revision: "default" }) };
  const pod = {
    metadata: { name: "bare", namespace: "shop", annotations: status },
    spec: { containers: [] },
  };
  const comparedShop = (text: string) => {
    const none = { items: [] };
    const apps = "/apis/apps/v1/namespaces/shop";
    const api = apiOf({
      "/api/v1/namespaces/shop": { metadata: { name: "shop" } },
      "/api/v1/namespaces": { items: [{ metadata: { name: "shop" } }, { metadata: { name: "cart" } }] },
      "/api/v1/namespaces/shop/pods": { items: [pod] },
      [`${apps}/deployments`]: none,
      [`${apps}/statefulsets`]: none,
      [`${apps}/daemonsets`]: none,
      "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector": {
        metadata: {},
        data: { config, values },
      },
    });
    return comparePlatform(api, readPlatformFile(text, "settings.yaml"), "settings.yaml", 0, "shop");
  };
  const ofShop = async (text: string) => {
    const { changes } = await comparedShop(text);
    return changes.map(({ target, setting, to }) => `${target} ${setting} ${to?.value} of ${to?.source}`);
  };

  it("says what it gets from the global settings, and nothing of other namespaces", async () => {
    const text = "global: { concurrency: 2 }\nnamespaces: { cart: { dnsProxy: true } }";
    assert.deepEqual(await ofShop(text), ["shop concurrency 2 of global"]);
  });

  it("names pods that keep other settings, since no restart replaces them", async () => {
    const { restarts } = await comparedShop("namespaces: { shop: { concurrency: 2 } }");
    assert.deepEqual(
      restarts.map(({ namespace, workload: { name, pods, state, why } }) => [
        namespace,
        name,
        pods,
        state,
        why,
      ]),
      [
        [
          "shop",
          "Pod/bare",
          1,
          "unmanaged",
          "a bare pod: no controller recreates it; delete and create it yourself",
        ],
      ],
    );
    assert.deepEqual((await comparedShop("namespaces: { cart: { concurrency: 2 } }")).restarts, []);
  });

  it("says its own settings and those that it gets once", async () => {
    const text = "global: { concurrency: 2, dnsProxy: true }\nnamespaces: { shop: { concurrency: 3 } }";
    assert.deepEqual(await ofShop(text), ["shop dnsProxy true of global", "shop concurrency 3 of namespace"]);
  });
});
