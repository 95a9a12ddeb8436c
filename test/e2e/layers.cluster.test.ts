import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { namespaceNames } from "../../provider/injector/requireNamespace";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";

const cpu = (limit: number | string) => ({ proxyResources: { limits: { cpu: limit } }, publish: false });
const injector = { namespace: "istio-system" };

describe(`layers in the injector`, () => {
  let mesh: Mesh;
  let installed: InjectorData;
  const stack = (name: string, plan: Plan, more = {}) => mesh.stack(name, plan, more);

  before(async () => {
    mesh = await Mesh.start({ revisions: ["canary"] });
    installed = await mesh.injector();
    for (const name of ["shop", "cart", "canary-only"]) {
      await mesh.namespace(name, name === "canary-only" ? { "istio.io/rev": "canary" } : undefined);
      await mesh.deployment(name, "api", { replicas: 2 });
    }
  });
  after(() => mesh?.stop());
  afterEach(async () => {
    // each test leaves the injector as Istio was installed, whatever became of it
    await rewrite("test-cleanup", installed);
  });

  const rewrite = async (manager: string, data: InjectorData): Promise<void> => {
    const current = await readInjector(mesh.api, injector);
    if (JSON.stringify(current.data) === JSON.stringify(data)) return;
    await writeInjector(mesh.api, injector, current, data, manager);
  };
  const destroyed = async (name: string) => succeeded(await pulumi.destroy(stack(name, {})));

  test("destroy gives the bytes back, restarts what ran with settings, and leaves nothing of ours", async () => {
    succeeded(
      await pulumi.up(
        stack("gone", {
          global: { dnsProxy: true },
          namespaces: { shop: { terminationDrainDuration: "10s" } },
        }),
      ),
    );
    assert.ok((await mesh.workload("shop", "api")).spec.template.metadata?.annotations?.[restartAnnotation]);
    assert.ok(await mesh.configMap("shop", "sidecar-settings"));
    await destroyed("gone");
    assert.deepEqual(await mesh.injector(), installed);
    assert.equal(await mesh.configMap("shop", "sidecar-settings"), undefined);
    for (const namespace of ["shop", "cart"]) {
      for (const { metadata, spec } of await mesh.pods(namespace, "api")) {
        assert.equal(
          metadata.annotations?.[restartAnnotation],
          "none",
          "that it was restarted for no settings stays",
        );
        const { [restartAnnotation]: _, ...annotations } = metadata.annotations ?? {};
        assert.doesNotMatch(
          JSON.stringify([annotations, spec]),
          /DNS_CAPTURE|DRAIN_DURATION|sidecar-settings/,
          `${namespace}: Istio's defaults`,
        );
      }
      const { template } = (await mesh.workload(namespace, "api")).spec;
      assert.equal(template.metadata?.annotations?.[restartAnnotation], "none");
    }
  });

  test("another stack's namespace is an error that names the owner, and nothing changes", async () => {
    succeeded(await pulumi.up(stack("team-a", { namespaces: { shop: cpu(3) } })));
    const before = await mesh.injector();
    const other = stack("team-b", { namespaces: { shop: cpu(4), cart: cpu(5) } });
    for (const second of [await pulumi.preview(other), await pulumi.up(other)]) {
      assert.equal(second.ok, false);
      assert.match(
        second.stdoutText,
        /namespace shop: its sidecar settings belong to organization\/e2e\/team-a:shop, of another stack/,
      );
    }
    const layers = layersOf(await mesh.injector());
    assert.equal(layers.shop?.settings["proxyResources.limits.cpu"], "3");
    assert.deepEqual(layers.shop, layersOf(before).shop);
    await destroyed("team-b");
    assert.equal(layersOf(await mesh.injector()).shop?.owner, "organization/e2e/team-a:shop");
    await destroyed("team-a");
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("twenty layers from two processes at once are all written, in few writes", async () => {
    const half = (prefix: string): Plan => ({
      namespaces: Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [`${prefix}-${index}`, cpu(index + 1)]),
      ),
    });
    for (const prefix of ["left", "right"])
      for (const name of Object.keys(half(prefix).namespaces ?? {})) await mesh.namespace(name);
    const first = await readInjector(mesh.api, injector);
    const both = await Promise.all(["left", "right"].map((name) => pulumi.up(stack(name, half(name)))));
    for (const result of both) succeeded(result);
    const layers = layersOf(await mesh.injector());
    assert.equal(Object.keys(layers).length, 20);
    assert.equal(layers["right-9"]?.settings["proxyResources.limits.cpu"], "10");
    const generations =
      Number((await readInjector(mesh.api, injector)).metadata.resourceVersion) -
      Number(first.metadata.resourceVersion);
    assert.ok(generations > 0);
    await Promise.all(["left", "right"].map(destroyed));
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("a request above a limit of one pod's own container: reverted, with the namespace and the API server's reason", async () => {
    await mesh.namespace("picky");
    await mesh.deployment("picky", "own", {
      containers: [{ name: "istio-proxy", image: "auto", resources: { requests: { cpu: "1500m" } } }],
    });
    const result = await pulumi.up(stack("picky", { namespaces: { picky: cpu("500m"), cart: cpu(3) } }));
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /namespace picky: .*put back/);
    assert.match(result.stdoutText, /Deployment\/own: .*must be less than or equal to cpu limit/);
    const layers = layersOf(await mesh.injector());
    assert.deepEqual(Object.keys(layers), ["cart"], "the other namespace's settings are in");
    await mesh.deployment("picky", "later");
    await destroyed("picky");
  });

  test("a template that fails when it runs is reverted at once, and pods can be created", async () => {
    const trap = '{{ if .Values.global.sidecarSettings }}{{ fail "the trap" }}{{ end }}';
    const trapped = {
      ...installed,
      config: installed.config.replace(
        /^( *)sidecar: \|\n/m,
        (line, indent) => `${line}${indent}  ${trap}\n`,
      ),
    };
    assert.notEqual(trapped.config, installed.config);
    await rewrite("helm", trapped);
    await mesh.eventually("pods can be created with the trap in place", async () => {
      await mesh.deployment("cart", "before-trap");
      return true;
    });
    const result = await pulumi.up(stack("trapped", { namespaces: { cart: cpu(3) } }));
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /namespace cart: .*put back/);
    assert.match(result.stdoutText, /the trap/);
    assert.deepEqual(await mesh.injector(), trapped);
    await mesh.deployment("cart", "after-trap");
    await destroyed("trapped");
  });

  test("helm rewrites the ConfigMap: the next preview says what was lost, the next up restores it", async () => {
    const plan: Plan = { global: { dnsProxy: true }, namespaces: { shop: cpu(3) } };
    succeeded(await pulumi.up(stack("lost", plan)));
    const written = await mesh.injector();
    await rewrite("helm", installed);
    const preview = succeeded(await pulumi.preview(stack("lost", plan, { diff: true })));
    assert.match(
      preview.stdoutText,
      /restores *: "lost from istio-system\/istio-sidecar-injector, which helm rewrote"/,
    );
    assert.equal(operations(preview)["shop-layer"], "update");
    assert.deepEqual(await mesh.injector(), installed, "a preview writes nothing");
    const up = succeeded(await pulumi.up(stack("lost", plan)));
    assert.deepEqual(await mesh.injector(), written);
    assert.doesNotMatch(up.stdoutText, /restarted/, "pods that still have the settings are not restarted");
    const quiet = succeeded(await pulumi.preview(stack("lost", plan)));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]));
    await destroyed("lost");
  });

  test("refresh sees a layer that is gone", async () => {
    const plan: Plan = { namespaces: { shop: cpu(3) } };
    succeeded(await pulumi.up(stack("refreshed", plan)));
    await rewrite("helm", installed);
    succeeded(await pulumi.refresh(stack("refreshed", plan)));
    const up = succeeded(await pulumi.up(stack("refreshed", plan)));
    assert.equal(operations(up)["shop-layer"], "create");
    assert.equal(layersOf(await mesh.injector()).shop?.settings["proxyResources.limits.cpu"], "3");
    await destroyed("refreshed");
  });

  test("a revision's injector is its own", async () => {
    const others =
      /namespace canary-only: its pods come from revision canary, not default: name it as injector\.revision/;
    const without = stack("canary", { namespaces: { "canary-only": cpu(3) } });
    assert.match(succeeded(await pulumi.preview(without)).stdoutText, others);
    const args = { ...cpu(3), injector: { revision: "canary" } };
    const up = succeeded(await pulumi.up(stack("canary", { namespaces: { "canary-only": args } })));
    assert.doesNotMatch(up.stdoutText, others);
    assert.deepEqual(await mesh.injector(), installed, "the other injector is left alone");
    const pod = await mesh.pod("canary-only", "api");
    assert.equal(container(pod, "istio-proxy").resources?.limits?.cpu, "3");
    await destroyed("canary");
    const { data } = await readInjector(mesh.api, { ...injector, revision: "canary" });
    assert.deepEqual(layersOf(data), {});
  });

  test("a request and a limit that conflict only after merging: refused before anything is written", async () => {
    const plan: Plan = {
      global: { proxyResources: { requests: { cpu: 1 } } },
      namespaces: { shop: cpu("500m") },
    };
    const result = await pulumi.up(stack("merged", plan));
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /a cpu request of 1 above the limit of 500m/);
    assert.match(result.stdoutText, /request from global, limit from namespace/);
    // which of the two comes first is Pulumi's choice; the other one is refused
    assert.equal(Object.keys(layersOf(await mesh.injector())).length, 1);
    await destroyed("merged");
  });

  test("an unknown key is refused by the component, with the nearest known one", async () => {
    const result = await pulumi.preview(stack("typo", { namespaces: { shop: { dnsproxy: true } } }));
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /dnsproxy: unknown key "dnsproxy": did you mean dnsProxy\?/);
  });

  test("everything that is wrong is named before anything is written", async () => {
    const wrong = {
      capture: { excludeInboundPorts: "70-80" },
      proxyResources: { limits: { cpu: "2 kernels" } },
      terminationDrainDuration: "soon",
    };
    const result = await pulumi.preview(stack("wrong", { namespaces: { "kube-system": wrong } }));
    assert.equal(result.ok, false);
    for (const found of [/no port ranges/, /2 kernels/, /"soon"/, /Istio ignores pods there/])
      assert.match(result.stdoutText, found);
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("settings for a namespace that does not exist, or no longer: a warning in the preview, refused by up; destroy takes them out", async () => {
    const early = stack("early", { namespaces: { later: { ...cpu(3), publish: true } } });
    assert.match(succeeded(await pulumi.preview(early)).stdoutText, /\[later\] .*no namespace later/);
    const refused = await pulumi.up(early);
    assert.equal(refused.ok, false);
    assert.match(refused.stdoutText, /no namespace later/);
    assert.deepEqual(await mesh.injector(), installed);
    await mesh.namespace("later");
    succeeded(await pulumi.up(early));
    await mesh.deployment("later", "api");
    assert.equal(container(await mesh.pod("later", "api"), "istio-proxy").resources?.limits?.cpu, "3");
    const [path, name] = ["/api/v1/namespaces/later", "holds-it"];
    const holding = { metadata: { name, finalizers: ["example.com/wait"] } };
    await mesh.api.request({ method: "POST", path: `${path}/configmaps`, body: holding });
    await mesh.api.request({ method: "DELETE", path });
    await mesh.eventually("it is empty but for that", async () => {
      const published = await mesh.configMap("later", "sidecar-settings");
      return published === undefined && (await mesh.pods("later")).length === 0;
    });
    await refusedTwice(early, "namespace later is being deleted. Create it again");
    await mesh.patch(`${path}/configmaps/${name}`, { metadata: { finalizers: null } });
    await mesh.eventually("it is gone", async () => !(await namespaceNames(mesh.api)).includes("later"));
    await refusedTwice(early, "there is no namespace later. Create it first");
    await destroyed("early");
    assert.deepEqual(await mesh.injector(), installed);
  });

  /** By a line as in a preview, and by the error of the resource. */
  const refusedTwice = async (options: ProgramOptions, why: string) => {
    const refused = await pulumi.up(options);
    assert.equal(refused.ok, false);
    const sentence = `${why}, or remove its settings from the program.`;
    for (const before of ["[later] ", "error: "])
      assert.ok(refused.stdoutText.includes(before + sentence), refused.stdoutText);
  };

  test("a preview without a cluster works, and says what it could not look up", async () => {
    const away = { env: { KUBECONFIG: "/nonexistent", PULUMI_NODEJS_TRANSPILE_ONLY: "true" }, diff: true };
    const preview = succeeded(
      await pulumi.preview(stack("away", { namespaces: { cart: cpu(3), shop: cpu(3) } }, away)),
    );
    const said = preview.stdoutText.split("\n").filter((line) => line.includes("could not look up"));
    // once for both namespaces
    assert.equal(said.length, 2, preview.stdoutText);
    assert.match(said[0] ?? "", /the settings in istio-system\/istio-sidecar-injector: /);
    assert.match(said[1] ?? "", /which workloads restart: /);
  });

  test("an explicit kubeconfig is used, and is not in the state in clear", async () => {
    const kubeconfig = await readFile(mesh.cluster.kubeconfig, "utf8");
    const token = /token: (\S+)/.exec(kubeconfig)?.[1] ?? "";
    assert.ok(token.length > 10);
    const options = stack("sealed", { namespaces: { shop: cpu(3) } }, { secretConfig: { kubeconfig } });
    const up = succeeded(await pulumi.up(options));
    assert.ok(!up.stdoutText.includes(token));
    const state = JSON.stringify(await pulumi.exportState(options));
    assert.ok(!state.includes(token), "the state seals it");
    assert.equal(layersOf(await mesh.injector()).shop?.settings["proxyResources.limits.cpu"], "3");
    succeeded(await pulumi.destroy(options));
  });
});
