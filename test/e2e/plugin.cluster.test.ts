import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { layersOf } from "../../provider/configMap/layersOf";
import { configMapName } from "../../provider/injector/Injector";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import { pulumi } from "../pulumi/pulumi";
import { breaksNoMore, breaksWith } from "./brokenBySettings";
import { container, Mesh, succeeded } from "./Mesh";
import { reference, writeProgram, yamlProgram } from "./yamlProgram";

// the plugin is the same for every language: programs in YAML stand for all of them
describe("the plugin", () => {
  let mesh: Mesh;
  let folder: string;
  let installed: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-plugin-"));
    mesh = await Mesh.start();
    installed = await configMap();
    for (const namespace of ["shop", "cart"]) {
      await mesh.namespace(namespace);
      await mesh.deployment(namespace, "api");
    }
    await mesh.deployment("shop", "checkout");
  });
  after(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const configMap = async () =>
    (await mesh.configMap("istio-system", configMapName({ namespace: "istio-system" }))) ?? {};
  const targets = async () => Object.keys(layersOf(await mesh.injector())).sort();
  const program = (cwd: string, more: Partial<ProgramOptions> = {}) =>
    mesh.program(basename(cwd), cwd, {}, { language: "yaml", ...more });

  test("YAML: an unknown key or a wrong value is named with its path", async () => {
    for (const [name, properties, message] of [
      ["key", { proxyResorces: {} }, /Property proxyResorces does not exist on .*NamespaceSidecarSettings/],
      ["value", { logLevel: "loud" }, /logLevel: .*Allowed values are "trace", "debug"/s],
    ] as const) {
      const cwd = await yamlProgram(folder, `wrong-${name}`, { namespace: "shop", ...properties });
      const preview = await pulumi.preview(program(cwd));
      assert.equal(preview.ok, false);
      assert.match(preview.stdoutText, message);
      assert.match(preview.stdoutText, /on Pulumi\.yaml line \d+/);
    }
  });

  test("the provider's configuration selects the cluster and the Istio, for destroy as well", async () => {
    const cwd = await yamlProgram(folder, "configured", {
      namespace: "shop",
      dnsProxy: true,
      injectorTimeout: "5s",
    });
    const kubeconfig = await readFile(mesh.cluster.kubeconfig, "utf8");
    const elsewhere = { KUBECONFIG: join(folder, "no-such-file") };
    const configured: Partial<ProgramOptions> = {
      env: elsewhere,
      secretConfig: { "istio-sidecar:kubeconfig": kubeconfig },
    };
    const options = program(cwd, configured);
    succeeded(await pulumi.up(options));
    assert.deepEqual(await targets(), ["shop"]);
    const state = JSON.stringify(await pulumi.exportState(options));
    for (const secret of secretsOf(kubeconfig)) assert.ok(!state.includes(secret), "sealed in the state");
    const stranger = await pulumi.up({
      ...options,
      config: { "istio-sidecar:injectorRevision": "canary" },
    });
    assert.equal(stranger.ok, false);
    assert.match(stranger.stdoutText, /there is no revision canary in istio-system/);
    // a stack is destroyed by what its state says of the provider
    succeeded(await pulumi.destroy(program(cwd, { env: elsewhere })));
    assert.deepEqual(await configMap(), installed);
  });

  test("an explicit provider holds for the resources of its components, too", async () => {
    const kubeconfig = await readFile(mesh.cluster.kubeconfig, "utf8");
    const cwd = await writeProgram(folder, "own-provider", {
      runtime: "yaml",
      resources: {
        here: {
          type: "pulumi:providers:istio-sidecar",
          properties: { kubeconfig: { "fn::secret": kubeconfig } },
        },
        shop: {
          type: "istio-sidecar:NamespaceSidecarSettings",
          properties: { namespace: "shop", dnsProxy: true },
          options: { provider: reference("here") },
        },
      },
    });
    const options = program(cwd, { env: { KUBECONFIG: join(folder, "no-such-file") } });
    succeeded(await pulumi.up(options));
    assert.deepEqual(await targets(), ["shop"]);
    succeeded(await pulumi.destroy(options));
    assert.deepEqual(await configMap(), installed);
  });

  test("without configuration of its own the stack's Kubernetes context is the cluster", async () => {
    const cwd = await yamlProgram(folder, "stack-context", { namespace: "shop", dnsProxy: true });
    const preview = await pulumi.preview(program(cwd, { config: { "kubernetes:context": "nowhere" } }));
    assert.match(preview.stdoutText, /no context "nowhere"/);
    const { contexts } = parse(await readFile(mesh.cluster.kubeconfig, "utf8")) as {
      contexts: { name: string }[];
    };
    const name = contexts[0]?.name ?? "";
    succeeded(await pulumi.up(program(cwd, { config: { "kubernetes:context": name } })));
    assert.deepEqual(await targets(), ["shop"]);
    // by the state alone, which has the context
    succeeded(await pulumi.destroy(program(cwd)));
    assert.deepEqual(await configMap(), installed);
  });

  test("secrets stay sealed: a kubeconfig in the state; a secret setting is refused", async () => {
    const kubeconfig = await readFile(mesh.cluster.kubeconfig, "utf8");
    const sealed = { "fn::secret": kubeconfig };
    const cwd = await yamlProgram(folder, "sealed", {
      namespace: "shop",
      dnsProxy: true,
      cluster: { kubeconfig: sealed },
    });
    const options = program(cwd, { env: { KUBECONFIG: join(folder, "no-such-file") } });
    succeeded(await pulumi.up(options));
    const state = await pulumi.exportState(options);
    const layer = state.deployment.resources.find(({ type }) => type.endsWith(":SettingsLayer"));
    assert.match(JSON.stringify([layer?.inputs, layer?.outputs]), /ciphertext/);
    for (const secret of secretsOf(kubeconfig))
      assert.ok(!JSON.stringify(state).includes(secret), "sealed in the state");
    succeeded(await pulumi.refresh(options));
    const again = succeeded(await pulumi.preview(options));
    assert.deepEqual(Object.keys(again.summary), ["same"], again.stdoutText);
    succeeded(await pulumi.destroy(options));
    const secret = await yamlProgram(folder, "secret", {
      namespace: "shop",
      proxyResources: { limits: { cpu: { "fn::secret": "2" } } },
    });
    const refused = await pulumi.preview(program(secret));
    assert.equal(refused.ok, false);
    assert.match(
      refused.stdoutText,
      /shop: proxyResources\.limits\.cpu: expected a plain value, got a secret/,
    );
  });

  test("deletedWith names the resource that it does for the program", async () => {
    const settings = (namespace: string, options: object) => ({
      type: "istio-sidecar:NamespaceSidecarSettings",
      properties: { namespace, dnsProxy: true },
      options,
    });
    const cwd = await writeProgram(folder, "deleted-with", {
      runtime: "yaml",
      resources: { cart: settings("cart", {}), shop: settings("shop", { deletedWith: reference("cart") }) },
    });
    // an option that the engine refuses would keep the plugin waiting without an end
    const signal = AbortSignal.timeout(120_000);
    const { steps } = JSON.parse(await pulumi.previewJson(program(cwd, { signal }))) as {
      steps: { urn: string; newState?: { deletedWith?: string } }[];
    };
    const layer = steps.find(({ urn }) => urn.endsWith("::shop-layer"));
    assert.match(layer?.newState?.deletedWith ?? "none", /:NamespaceSidecarSettings::cart$/);
  });

  test("a Kubernetes provider is refused, since the plugin can't know its cluster", async () => {
    const manifest = {
      runtime: "yaml",
      resources: {
        elsewhere: { type: "pulumi:providers:kubernetes", properties: { context: "elsewhere" } },
        shop: {
          type: "istio-sidecar:NamespaceSidecarSettings",
          properties: { namespace: "shop", dnsProxy: true },
          options: { providers: [reference("elsewhere")] },
        },
      },
    };
    const cwd = await writeProgram(folder, "foreign-provider", manifest);
    const preview = await pulumi.preview(program(cwd, { kubernetes: true }));
    assert.equal(preview.ok, false);
    assert.match(
      preview.stdoutText,
      /expected the cluster in the argument cluster .* got a Kubernetes provider/,
    );
  });

  test("a whole mesh as data rolls out in waves; explain shows what a workload has", async () => {
    const data = {
      global: { logLevel: "warning" },
      namespaces: { shop: { dnsProxy: true }, cart: { proxyResources: { limits: { cpu: 1 } } } },
      workloads: {
        checkout: { namespace: "shop", selector: { matchLabels: { app: "checkout" } }, concurrency: 3 },
      },
      waves: [["cart"], ["shop"]],
      rollout: { maxConcurrent: 1 },
    };
    const cwd = await writeProgram(folder, "mesh-in-yaml", {
      runtime: "yaml",
      resources: { mesh: { type: "istio-sidecar:SidecarMesh", properties: data } },
      outputs: { cpu: reference('mesh.effective["cart"]["proxyResources"]["limits"]["cpu"]') },
    });
    const options = program(cwd);
    const up = succeeded(await pulumi.up(options));
    assert.deepEqual(await targets(), ["*", "cart", "shop", "shop/checkout"]);
    assert.deepEqual(up.outputs, { cpu: "1" });
    const order = [...up.stdoutText.matchAll(/\[(\w+)\] \d+\/\d+ restarted/g)].map(
      ([, namespace]) => namespace,
    );
    assert.ok(order.indexOf("cart") < order.indexOf("shop"), up.stdoutText);

    const asking = await writeProgram(folder, "explain-in-yaml", {
      runtime: "yaml",
      variables: {
        explained: {
          "fn::invoke": {
            function: "istio-sidecar:explain",
            arguments: { name: "deployment/api", namespace: "cart" },
            return: "settings",
          },
        },
      },
      outputs: { explained: reference("explained") },
    });
    const { outputs } = succeeded(await pulumi.up(program(asking)));
    const settings = outputs.explained as { path: string; value: unknown; source: string; owner?: string }[];
    const cpu = settings.find(({ path }) => path === "proxyResources.limits.cpu");
    assert.equal(cpu?.value, "1");
    assert.equal(cpu?.source, "namespace");
    assert.equal(
      cpu?.owner,
      "organization/mesh-in-yaml/mesh-in-yaml:istio-sidecar:index:SidecarMesh/mesh-cart",
    );
    succeeded(await pulumi.destroy(options));
    assert.deepEqual(await configMap(), installed);
  });

  test("a failed rollout stays in the state, and the next up continues it", async () => {
    const broken = "7";
    await breaksWith(mesh, "shop", "api", broken);
    const properties = (cpu: string) => ({
      namespace: "shop",
      proxyResources: { limits: { cpu } },
      rollout: { maxConcurrent: 1, timeoutPerWorkload: "5s" },
    });
    try {
      const cwd = await yamlProgram(folder, "failing", properties(broken));
      const failed = await pulumi.up(program(cwd));
      assert.equal(failed.ok, false);
      assert.match(failed.stdoutText, /shop\/Deployment\/api/);
      await yamlProgram(folder, "failing", properties("3"));
      succeeded(await pulumi.up(program(cwd)));
      assert.equal(container(await mesh.pod("shop", "api"), "istio-proxy").resources?.limits?.cpu, "3");
      succeeded(await pulumi.destroy(program(cwd)));
    } finally {
      await breaksNoMore(mesh, "shop", "api", broken);
    }
    assert.deepEqual(await configMap(), installed);
  });
});

/** Lines of credentials, of which none may show. */
function secretsOf(kubeconfig: string): string[] {
  const found = [...kubeconfig.matchAll(/(?:token|client-key-data): (\S+)/g)].map(
    ([, secret = ""]) => secret,
  );
  assert.ok(found.length > 0, "the kubeconfig has credentials");
  return found;
}
