import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { layersOf } from "../../provider/configMap/layersOf";
import { readInjector } from "../../provider/injector/Injector";
import { type IstiodChart, unpackIstiodChart } from "../cluster/istiodChart";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, succeeded } from "./Mesh";

describe("Istio by Helm and its sidecar settings in one program", () => {
  let mesh: Mesh;
  let chart: IstiodChart;
  before(async () => {
    [mesh, chart] = await Promise.all([Mesh.start(), unpackIstiodChart()]);
    for (const name of ["shop", "other"]) {
      await mesh.namespace(name);
      await mesh.deployment(name, "api");
    }
    // the program installs it
    await mesh.api.request({
      method: "DELETE",
      path: "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector",
    });
  });
  after(async () => {
    await mesh?.stop();
    await chart?.remove();
  });

  const stack = (settings: object) =>
    mesh.program(
      "helm",
      join(__dirname, "helmProgram"),
      {
        chart: chart.folder,
        helm: chart.command,
        settings: JSON.stringify({ injectorTimeout: "20s", ...settings }),
      },
      { kubernetes: true },
    );
  /** Who has written the injector's texts since they are there. */
  const writers = async () => {
    const { metadata } = await readInjector(mesh.api, { namespace: "istio-system" });
    return (metadata.managedFields ?? []).map(({ manager }) => manager);
  };
  const limit = async (namespace: string) =>
    container(await mesh.pod(namespace, "api"), "istio-proxy").resources?.limits?.cpu;
  const version = async (namespace: string) => (await mesh.pod(namespace, "api")).metadata.uid;

  test("a preview of the first installation", async () => {
    const result = succeeded(
      await pulumi.preview(stack({ namespaces: { shop: { proxyResources: { limits: { cpu: 1 } } } } })),
    );
    assert.match(result.stdoutText, /shop-layer/);
  });

  test("the chart writes the settings, pods restart, and nobody else writes the ConfigMap", async () => {
    const other = await version("other");
    const settings = {
      namespaces: { shop: { proxyResources: { limits: { cpu: 1 } } } },
      workloads: { api: { namespace: "shop", selector: { matchLabels: { app: "api" } }, dnsProxy: true } },
    };
    succeeded(await pulumi.up(stack(settings)));
    assert.equal(await limit("shop"), "1");
    assert.equal(await version("other"), other);
    const { env } = container(await mesh.pod("shop", "api"), "istio-proxy");
    assert.ok(env?.some(({ name, value }) => name === "ISTIO_META_DNS_CAPTURE" && value === "true"));
    assert.deepEqual(
      (await writers()).filter((name) => name?.startsWith("sidecar-settings")),
      [],
    );
    const again = succeeded(await pulumi.preview(stack(settings)));
    assert.deepEqual(Object.keys(again.summary), ["same"], again.stdoutText);
  });

  test("a change goes through the chart, too", async () => {
    succeeded(await pulumi.up(stack({ namespaces: { shop: { proxyResources: { limits: { cpu: 3 } } } } })));
    assert.equal(await limit("shop"), "3");
    assert.deepEqual(Object.keys(layersOf(await mesh.injector())), ["shop"]);
    assert.deepEqual(
      (await writers()).filter((name) => name?.startsWith("sidecar-settings")),
      [],
    );
  });

  test("settings that deny pods are reverted, though Helm wrote them", async () => {
    await mesh.api.request({
      method: "POST",
      path: "/api/v1/namespaces/shop/limitranges",
      body: { metadata: { name: "most" }, spec: { limits: [{ type: "Container", max: { cpu: "4" } }] } },
    });
    const settings = { namespaces: { shop: { proxyResources: { limits: { cpu: 5 } } } } };
    const result = await pulumi.up(stack(settings));
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /maximum cpu usage per Container is 4/);
    assert.deepEqual(layersOf(await mesh.injector()).shop?.settings, { "proxyResources.limits.cpu": "3" });
    assert.equal(await limit("shop"), "3");
  });

  test("a later upgrade writes what the program then has", async () => {
    succeeded(
      await pulumi.up(stack({ namespaces: { shop: { proxyResources: { limits: { cpu: "1500m" } } } } })),
    );
    assert.equal(await limit("shop"), "1500m");
  });

  test("without settings the chart is Istio's own again, and pods go back", async () => {
    succeeded(await pulumi.up(stack({})));
    assert.deepEqual(layersOf(await mesh.injector()), {});
    assert.ok(!(await mesh.injector()).config.includes("sidecar-settings"));
    assert.equal(await limit("shop"), "2", "Istio's own");
  });
});
