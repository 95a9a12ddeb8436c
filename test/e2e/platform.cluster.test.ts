import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { layersOf } from "../../provider/configMap/layersOf";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, succeeded } from "./Mesh";

describe("the platform stack", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start();
    for (const name of ["canary", "shop"]) {
      await mesh.namespace(name);
      await mesh.deployment(name, "api");
    }
  });
  after(() => mesh?.stop());

  const stack = (settings: string) => mesh.platform("platform", settings);

  test("settings.yaml reaches the pods, the canary's first", async () => {
    const result = succeeded(
      await pulumi.up(
        await stack(`
global: { dnsProxy: true }
namespaces:
  shop: { terminationDrainDuration: 10s }
  canary: { proxyResources: { limits: { cpu: 1 } } }
workloads:
  api: { namespace: shop, selector: { matchLabels: { app: api } }, logLevel: debug }
waves: [[canary]]
rollout: { maxConcurrent: 1 }
`),
      ),
    );
    const canary = container(await mesh.pod("canary", "api"), "istio-proxy");
    const api = container(await mesh.pod("shop", "api"), "istio-proxy");
    assert.ok(api.args?.includes("--proxyLogLevel=debug"), `${api.args}`);
    assert.ok(!canary.args?.includes("--proxyLogLevel=debug"));
    assert.equal(canary.resources?.limits?.cpu, "1");
    assert.ok(canary.env?.some(({ name, value }) => name === "ISTIO_META_DNS_CAPTURE" && value === "true"));
    assert.deepEqual(Object.keys(layersOf(await mesh.injector())).sort(), [
      "*",
      "canary",
      "shop",
      "shop/api",
    ]);
    const restarts = result.stdoutText.match(/\[\w+\] \d+\/\d+ restarted/g) ?? [];
    assert.deepEqual(
      [...new Set(restarts.map((line) => line.split("]")[0]?.slice(1)))],
      ["canary", "shop"],
      result.stdoutText,
    );
  });

  test("an invalid file stops the program with every line and column, and nothing is written", async () => {
    const before = await mesh.injector();
    const result = await pulumi.up(
      await stack(
        "namespaces:\n  shop:\n    dnsProxi: true\n  canary:\n    proxyResources: { limits: { cpu: x } }\n",
      ),
    );
    assert.equal(result.ok, false);
    assert.match(
      result.stdoutText,
      /platform-settings\.yaml:3:5: namespaces\.shop\.dnsProxi: unknown key "dnsProxi": did you mean dnsProxy\?/,
    );
    assert.match(result.stdoutText, /platform-settings\.yaml:5:33: .* got "x"/);
    assert.doesNotMatch(result.stdoutText, /unhandled exception|^ +at /m, "without a stack trace");
    assert.deepEqual(await mesh.injector(), before);
  });

  test("an empty file takes everything out", async () => {
    succeeded(await pulumi.up(await stack("")));
    assert.deepEqual(layersOf(await mesh.injector()), {});
  });
});
