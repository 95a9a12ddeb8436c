import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { ObjectMeta } from "../../provider/cluster/KubernetesApi";
import { session } from "../../provider/cluster/session";
import { compose } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import type { Properties } from "../../provider/data/Properties";
import { Coordinators } from "../../provider/injector/Coordinators";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import type { Layers } from "../../provider/levels/Layer";
import { publishedProvider } from "../../provider/publish/publishedProvider";
import type { CanonicalSettings } from "../../provider/settings/canonicalSettings";
import { Mesh } from "../e2e/Mesh";

const injector = { namespace: "istio-system" };
const shop = { namespace: "shop", injector: {}, cluster: {} };
const path = "/api/v1/namespaces/shop/configmaps/sidecar-settings";
const layers = (settings: Record<string, CanonicalSettings>): Layers =>
  Object.fromEntries(
    Object.entries(settings).map(([target, one]) => [target, { owner: "o", settings: one }]),
  );
const cpu = (limit: string) => ({ "proxyResources.limits.cpu": limit });

describe("the published settings of a namespace", () => {
  let mesh: Mesh;
  let installed: InjectorData;
  let planned: Layers = {};

  before(async () => {
    mesh = await Mesh.start();
    installed = await mesh.injector();
    await mesh.namespace("shop");
  });
  after(() => mesh?.stop());
  afterEach(async () => {
    planned = {};
    await inject({});
    await mesh.api.request({ method: "DELETE", path }).catch(() => {});
  });

  const inject = async (settings: Record<string, CanonicalSettings>) => {
    const current = await readInjector(mesh.api, injector);
    await writeInjector(mesh.api, injector, current, compose(installed, layers(settings)), "test");
  };
  /** One of a process of its own, whose program plans `planned`. */
  const provider = () => {
    const coordinators = new Coordinators({ ...session, api: async () => mesh.api });
    const noted = coordinators.of(shop).then((coordinator) => {
      for (const [target, layer] of Object.entries(planned))
        coordinator.planned.note(target, { ...layer, injectorTimeout: 1000 }, false);
    });
    const { check, create, ...others } = publishedProvider(coordinators);
    return {
      ...others,
      check: (olds: Properties, news: Properties) => noted.then(() => check(olds, news)),
      create: (inputs: Properties) => noted.then(() => create(inputs)),
    };
  };
  const create = async () => {
    const { inputs } = await provider().check({}, shop);
    return { inputs, ...(await provider().create(inputs)) };
  };
  const text = async () => (await mesh.configMap("shop", "sidecar-settings"))?.["settings.yaml"] ?? "";
  const metadata = async () =>
    (await mesh.api.request<{ metadata: ObjectMeta }>({ method: "GET", path })).metadata;
  const change = (body: object) => mesh.patch(path, body);

  test("is each setting with the level that it comes from, in the ConfigMap with what Istio was installed with", async () => {
    await inject({ "*": { terminationDrainDuration: "10s", ...cpu("1") }, shop: cpu("2") });
    const { inputs, outs, id } = await create();
    const settings = {
      "proxyResources.limits.cpu": "2 (namespace)",
      terminationDrainDuration: "10s (global)",
    };
    assert.deepEqual(inputs.settings, settings);
    assert.deepEqual(
      [id, outs.configMap, outs.settings],
      ["shop/sidecar-settings", "shop/sidecar-settings", settings],
    );
    assert.match(await text(), /^ {4}cpu: "2" # namespace$/m);
    assert.match(await text(), /^ {4}memory: 1Gi # installed$/m);
    assert.match(await text(), /^terminationDrainDuration: 10s # global$/m);
  });

  test("changes in place when settings change, and a preview says to what", async () => {
    await inject({ shop: cpu("2") });
    const { inputs, outs, id } = await create();
    const { uid } = await metadata();
    planned = layers({ shop: cpu("3") });
    const preview = await provider().check(inputs, shop);
    assert.deepEqual(preview.inputs.settings, { "proxyResources.limits.cpu": "3 (namespace)" });
    assert.deepEqual(await provider().diff(id, outs, preview.inputs), { changes: true, replaces: [] });
    assert.match(await text(), /cpu: "2"/, "a preview writes nothing");

    await inject({ shop: cpu("3") });
    await provider().update(id, outs, preview.inputs);
    assert.match(await text(), /cpu: "3" # namespace/);
    assert.equal((await metadata()).uid, uid);
  });

  test("is what the injector has, not what was planned, and the next up tries again", async () => {
    await inject({ shop: cpu("2") });
    planned = layers({ "*": { dnsProxy: true } });
    const { outs, inputs, id } = await create();
    assert.deepEqual(outs.settings, { "proxyResources.limits.cpu": "2 (namespace)" });
    assert.doesNotMatch(await text(), /dnsProxy: true/);
    assert.equal((await provider().diff(id, outs, inputs)).changes, true);
  });

  test("shows a change only for changed settings or another installed value", async () => {
    await inject({ shop: cpu("2") });
    const { outs, inputs, id } = await create();
    const again = await provider().check(inputs, shop);
    assert.deepEqual(await provider().diff(id, outs, again.inputs), { changes: false, replaces: [] });
    const before = installed;
    installed = { ...before, values: before.values.replace('"memory": "1024Mi"', '"memory": "3Gi"') };
    assert.notEqual(installed.values, before.values);
    try {
      await inject({ shop: cpu("2") });
      const upgraded = await provider().check(inputs, shop);
      assert.deepEqual(upgraded.inputs.settings, inputs.settings, "no line of a preview changes");
      assert.equal((await provider().diff(id, outs, upgraded.inputs)).changes, true);
    } finally {
      installed = before;
    }
  });

  test("leaves other keys, labels and annotations of the ConfigMap alone, also when deleted", async () => {
    const own = { metadata: { name: "sidecar-settings", labels: { team: "shop" } }, data: { note: "ours" } };
    await mesh.api.request({ method: "POST", path: path.replace(/\/[^/]+$/, ""), body: own });
    await inject({ shop: cpu("2") });
    const { outs, id } = await create();
    assert.deepEqual((await metadata()).labels, { team: "shop" });
    assert.equal((await mesh.configMap("shop", "sidecar-settings"))?.note, "ours");
    await provider().delete(id, outs);
    assert.deepEqual(await mesh.configMap("shop", "sidecar-settings"), { note: "ours" });
  });

  test("does not replace somebody else's ConfigMap, and says what to do", async () => {
    const own = { metadata: { name: "sidecar-settings" }, data: { "settings.yaml": "a team's own" } };
    await mesh.api.request({
      method: "POST",
      path: path.replace(/\/[^/]+$/, ""),
      query: { fieldManager: "kubectl" },
      body: own,
    });
    await inject({ shop: cpu("2") });
    await assert.rejects(
      create(),
      /ConfigMap shop\/sidecar-settings has a settings\.yaml of somebody else's: rename or delete it, or set publish: false \(.*"kubectl"/,
    );
    assert.equal(await text(), "a team's own");
    await provider().delete("shop/sidecar-settings", shop);
    assert.equal(await text(), "a team's own", "nor is it taken out");
  });

  test("is deleted with the resource, even if it is gone already", async () => {
    await inject({ shop: cpu("2") });
    const { outs, id } = await create();
    await provider().delete(id, outs);
    assert.equal(await mesh.configMap("shop", "sidecar-settings"), undefined);
    await provider().delete(id, outs);
  });

  test("deleted or edited by hand shows at the next refresh, and is written again", async () => {
    await inject({ shop: cpu("2") });
    const { outs, id } = await create();
    assert.deepEqual((await provider().read(id, outs)).props, outs, "unchanged");

    await change({ data: { "settings.yaml": "cpu: lots" } });
    const { props = {}, inputs = {} } = await provider().read(id, outs);
    assert.deepEqual(inputs.settings, {});
    const next = await provider().check(inputs, shop);
    assert.equal((await provider().diff(id, props, next.inputs)).changes, true);
    await provider().update(id, props, next.inputs);
    assert.match(await text(), /cpu: "2" # namespace/);

    await mesh.api.request({ method: "DELETE", path });
    assert.deepEqual(await provider().read(id, outs), {});
  });
});
