import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { configMapName } from "../../provider/injector/Injector";
import { diagnose } from "../../provider/mesh/diagnose";
import { readStackState } from "../../provider/mesh/readStackState";
import { pulumi } from "../pulumi/pulumi";
import { Mesh, operations, type Plan, succeeded } from "./Mesh";
import { watchObjects } from "./watchObjects";

const shop = { proxyResources: { limits: { cpu: 3 } }, publish: false };
const cart = { logLevel: "debug", publish: false };
const both: Plan = { namespaces: { shop, cart } };
const onlyCart: Plan = { namespaces: { cart } };
const path = "/api/v1/namespaces/istio-system/configmaps";

interface Written {
  metadata: { name: string };
  data: InjectorData;
}

describe("a layer that no program has any more", () => {
  let mesh: Mesh;
  let installed: InjectorData;
  const stack = (plan: Plan, more = {}) => mesh.stack("unclaimed", plan, more);
  const targets = async () => Object.keys(layersOf(await mesh.injector())).sort();
  /** What `sidecar-settings doctor --state` says of owners that is not well. */
  const unclaimed = async () => {
    const state = readStackState(JSON.stringify(await pulumi.exportState(stack({}))), "state.json");
    const found = await diagnose(mesh.api, { injectorNamespace: "istio-system", namespace: "shop" }, state);
    return found.flatMap(({ check, is, says }) => (check === "owners" && is !== "ok" ? [says] : []));
  };

  before(async () => {
    mesh = await Mesh.start();
    installed = await mesh.injector();
    for (const namespace of ["shop", "cart"]) await mesh.namespace(namespace);
    await mesh.deployment("shop", "api");
    succeeded(await pulumi.up(stack(onlyCart)));
  });
  after(() => mesh?.stop());

  /** Its state is then without the layer, which the injector has. */
  const upKilledAfterItsWrite = async () => {
    let provider = 0;
    const stop = await watchObjects<Written>(mesh.cluster.kubeconfig, path, ({ metadata, data }) => {
      const isWritten =
        metadata.name === configMapName({ namespace: "istio-system" }) && "shop" in layersOf(data);
      if (!isWritten || !provider) return;
      process.kill(provider, "SIGKILL");
      provider = 0;
    });
    const onProviderStart = (pid: number) => {
      provider = pid;
    };
    const { ok, stdoutText } = await pulumi.up(stack(both, { onProviderStart }));
    stop();
    assert.equal(ok, false, stdoutText);
    assert.deepEqual(await targets(), ["cart", "shop"]);
  };

  test("is named by doctor with its owner, if the provider was killed right after creating it", async () => {
    assert.deepEqual(await unclaimed(), []);
    await upKilledAfterItsWrite();
    const [says = "", ...more] = await unclaimed();
    assert.match(
      says,
      /^namespace shop in istio-system\/istio-sidecar-injector belongs to \S+\/unclaimed:shop, and its state does not have it$/,
    );
    assert.deepEqual(more, []);
  });

  test("stays if its component is removed right away, and doctor keeps naming it", async () => {
    succeeded(await pulumi.up(stack(onlyCart)));
    assert.deepEqual(await targets(), ["cart", "shop"]);
    assert.equal((await unclaimed()).length, 1);
  });

  test("belongs to the program again with a component of that name, whatever its settings, and is removed with it", async () => {
    const dnsProxy: Plan = { namespaces: { cart, shop: { dnsProxy: true, publish: false } } };
    const back = succeeded(await pulumi.up(stack(dnsProxy)));
    assert.equal(operations(back)["shop-layer"], "create");
    assert.deepEqual(await unclaimed(), []);
    succeeded(await pulumi.up(stack(onlyCart)));
    assert.deepEqual(await targets(), ["cart"]);
    succeeded(await pulumi.destroy(stack({})));
    assert.deepEqual(await mesh.injector(), installed);
  });
});
