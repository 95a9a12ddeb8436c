import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { layer, published, rollout } from "../../provider/dynamic";
import { resourcesBy } from "../../provider/plugin/resources";

const resources = resourcesBy({
  SettingsLayer: layer,
  SidecarRollout: rollout,
  PublishedSettings: published,
});
const unreachable = {
  kubeconfig:
    'apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{ name: a, cluster: { server: "https://127.0.0.1:9" } }]\ncontexts: [{ name: a, context: { cluster: a, user: "" } }]\nusers: []\n',
};
const target = { namespace: "shop", injector: {}, cluster: unreachable, owner: "o/p/s:shop" };
const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });

/** Inputs, which both ways of carrying a resource out have to judge alike. */
const rows: [name: string, type: "SettingsLayer" | "SidecarRollout" | "PublishedSettings", inputs: object][] =
  [
    ["settings", "SettingsLayer", { proxyResources: { limits: { cpu: 2, memory: "1 GiB" } } }],
    ["no settings", "SettingsLayer", {}],
    ["wrong settings", "SettingsLayer", { proxyResources: { limits: { cpu: "two" } }, logLevel: "loud" }],
    ["settings that only up knows", "SettingsLayer", { logLevel: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }],
    ["rollout options", "SidecarRollout", { maxConcurrent: 2, pauseBetween: "5s" }],
    ["wrong rollout options", "SidecarRollout", { maxConcurrent: 0 }],
    ["published settings", "PublishedSettings", {}],
  ];
const parts = { SettingsLayer: layer, SidecarRollout: rollout, PublishedSettings: published };
const urn = (type: string) =>
  `urn:pulumi:s::p::istio-sidecar:index:NamespaceSidecarSettings$istio-sidecar:index:${type}::shop`;

describe("a resource of the plugin", () => {
  for (const [name, type, inputs] of rows) {
    it(`${type} with ${name}: check and diff say what a dynamic provider says`, async () => {
      const news = { ...target, ...inputs };
      const dynamic = await parts[type].check({}, news);
      const plugin = await resources.check(urn(type), {}, news);
      assert.deepEqual(plugin, JSON.parse(JSON.stringify(dynamic)));
      if ("failures" in dynamic) return;
      const olds = { ...dynamic.inputs, owner: "o/p/s:other" };
      assert.deepEqual(
        await resources.diff("id", urn(type), olds, dynamic.inputs),
        await parts[type].diff("id", olds, dynamic.inputs),
      );
    });
  }

  it("returns a secret kubeconfig as a secret", async () => {
    const { inputs } = await resources.check(
      urn("SettingsLayer"),
      {},
      {
        ...target,
        cluster: { kubeconfig: secret(unreachable.kubeconfig) },
      },
    );
    assert.deepEqual(inputs.cluster, { kubeconfig: secret(unreachable.kubeconfig) });
  });

  it("keeps secrets sealed in the state of a failed operation", async () => {
    const failing = resourcesBy({
      SettingsLayer: {
        ...layer,
        create: async (inputs) => {
          throw Object.assign(new Error("too late"), { id: "x", properties: { ...inputs, none: undefined } });
        },
      },
    });
    await assert.rejects(
      failing.create(urn("SettingsLayer"), { cluster: secret("k"), namespace: "shop" }),
      (error: Error & { properties?: unknown }) => {
        assert.deepEqual(error.properties, { cluster: secret("k"), namespace: "shop" });
        return true;
      },
    );
  });

  it("of an unknown type is refused by name", async () => {
    await assert.rejects(
      resources.create(urn("Nothing"), {}),
      /expected a resource of the package istio-sidecar, got istio-sidecar:index:Nothing\. Use SettingsLayer, /,
    );
  });
});
