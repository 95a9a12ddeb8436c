import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { parse } from "yaml";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { readInjector } from "../../provider/injector/Injector";
import { layerAt } from "../../provider/levels/Layer";
import { previewComment } from "../../provider/report/preview/previewComment";
import { readPreview } from "../../provider/report/preview/readPreview";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import type { Component } from "./verbsProgram/Component";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const repository = join(__dirname, "../..");

describe("Pulumi's own verbs", () => {
  let mesh: Mesh;
  let folder: string;
  let installed: InjectorData;

  before(async () => {
    mesh = await Mesh.start();
    installed = await mesh.injector();
    folder = await mkdtemp(join(tmpdir(), "sidecar-verbs-"));
    for (const namespace of ["shop", "cart", "pay"]) {
      await mesh.namespace(namespace);
      await mesh.deployment(namespace, "api");
    }
  });
  // a test that fails leaves the others what they expect
  afterEach(async () => {
    const { data } = await readInjector(mesh.api, { namespace: "istio-system" });
    if (JSON.stringify(data) === JSON.stringify(installed)) return;
    await mesh.patch("/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector", {
      data: installed,
    });
  });
  after(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const program = join(__dirname, "verbsProgram");
  const stack = (name: string, components: Component[], more: Partial<ProgramOptions> = {}) =>
    mesh.program(name, program, { components: JSON.stringify(components) }, more);
  const shop = (more: Partial<Component> = {}): Component => ({
    name: "shop",
    namespace: "shop",
    cpu: 3,
    ...more,
  });
  const cart = (more: Partial<Component> = {}): Component => ({
    name: "cart",
    namespace: "cart",
    cpu: 3,
    ...more,
  });

  const limit = async (namespace: string) =>
    container(await mesh.pod(namespace, "api"), "istio-proxy").resources?.limits?.cpu;
  const uid = async (namespace: string) => (await mesh.pod(namespace, "api")).metadata.uid;
  const layer = async (namespace: string) => layerAt(layersOf(await mesh.injector()), namespace);
  const urnOf = async (options: ProgramOptions, name: string) => {
    const { deployment } = await pulumi.exportState(options);
    const found = deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`));
    assert.ok(found, `${name} in the state`);
    return found.urn;
  };
  /** What the state has of each resource that this package carries out. */
  const stateOf = async (options: ProgramOptions) => {
    const { deployment } = await pulumi.exportState(options);
    const ours = deployment.resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
    return Object.fromEntries(ours.map(({ urn, id, inputs, outputs }) => [urn, { id, inputs, outputs }]));
  };
  const isQuiet = async (options: ProgramOptions) => {
    const quiet = succeeded(await pulumi.preview(options));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]), quiet.stdoutText);
  };
  const ended = async (options: ProgramOptions) => {
    succeeded(await pulumi.destroy(options));
  };

  test("refresh sees a manual change; preview --refresh reports it; up repairs it", async () => {
    const options = stack("refreshed", [shop()]);
    succeeded(await pulumi.up(options));
    assert.equal(await limit("shop"), "3");
    succeeded(await pulumi.refresh({ ...options, flags: ["--expect-no-changes"] }));
    const data = await mesh.injector();
    await mesh.patch("/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector", {
      data: {
        ...data,
        values: data.values.replaceAll('"proxyResources.limits.cpu":"3"', '"proxyResources.limits.cpu":"7"'),
      },
    });
    assert.notDeepEqual(await mesh.injector(), data, "the change by hand found its place");
    const preview = await pulumi.preview({ ...options, diff: true, flags: ["--refresh"] });
    assert.match(succeeded(preview).stdoutText, /limits: \{\s*~ cpu *: "7" => "3"/);
    succeeded(await pulumi.refresh(options));
    succeeded(await pulumi.up(options));
    assert.deepEqual(await mesh.injector(), data);
    await isQuiet(options);
    await ended(options);
  });

  test("a refresh without changes leaves the state as up left it, after a create and an update", async () => {
    const plan = (cpu: number): Plan => ({
      global: { logLevel: "info" },
      namespaces: { shop: { proxyResources: { limits: { cpu } }, rollout: { maxConcurrent: 2 } } },
      workloads: {
        api: { namespace: "cart", selector: { matchLabels: { app: "api" } }, priority: 3, concurrency: cpu },
      },
    });
    for (const cpu of [3, 4]) {
      const options = mesh.stack("unchanged", plan(cpu));
      succeeded(await pulumi.up(options));
      const known = await stateOf(options);
      assert.ok(Object.values(known).every(({ outputs }) => outputs.__provider !== undefined));
      succeeded(await pulumi.refresh(options));
      assert.deepEqual(await stateOf(options), known);
      await isQuiet(options);
    }
    await ended(mesh.stack("unchanged", plan(4)));
  });

  test("up --target of one component writes and restarts that one only", async () => {
    const both = (cpu: number) => stack("targeted", [shop({ cpu }), cart({ cpu })]);
    succeeded(await pulumi.up(both(3)));
    const untouched = await uid("cart");
    const component = await urnOf(both(3), "shop");
    succeeded(await pulumi.up({ ...both(4), flags: ["--target", component, "--target-dependents"] }));
    assert.deepEqual([await limit("shop"), await limit("cart")], ["4", "3"]);
    assert.equal(await uid("cart"), untouched);
    succeeded(await pulumi.up(both(4)));
    assert.equal(await limit("cart"), "4");
    await ended(both(4));
  });

  test("a component that is renamed, or moved into a parent, keeps its layer and restarts nothing", async () => {
    const options = (...components: Component[]) => stack("moved", components);
    succeeded(await pulumi.up(options(shop())));
    const [data, pod] = [await mesh.injector(), await uid("shop")];
    for (const [how, moved] of [
      ["renamed", shop({ name: "shop-ns" })],
      ["renamed with an alias", shop({ name: "shop-team", aliases: ["shop-ns"] })],
      ["moved into a parent", shop({ name: "shop-team", parent: "team" })],
      ["moved back", shop()],
    ] as const) {
      const { stdoutText } = succeeded(await pulumi.up(options(moved)));
      const owner = [...(moved.parent ? ["verbs:index:Team"] : []), moved.name].join("/");
      assert.equal((await layer("shop"))?.owner, `organization/verbs/moved:${owner}`, how);
      assert.doesNotMatch(stdoutText, /restarted/, how);
      assert.equal(await uid("shop"), pod, how);
      assert.ok(await mesh.configMap("shop", "sidecar-settings"), `${how}: the published settings stay`);
      await isQuiet(options(moved));
    }
    assert.deepEqual(await mesh.injector(), data);
    await ended(options(shop()));
    assert.equal(await mesh.configMap("shop", "sidecar-settings"), undefined);
  });

  test("up --replace of each resource keeps what it has written", async () => {
    const options = stack("replaced", [shop()]);
    succeeded(await pulumi.up(options));
    const pod = await uid("shop");
    for (const name of ["shop-layer", "shop-published", "shop-rollout", "shop-layer"]) {
      const flags = ["--replace", await urnOf(options, name)];
      succeeded(await pulumi.up({ ...options, flags }));
      assert.deepEqual((await layer("shop"))?.settings, { "proxyResources.limits.cpu": "3" }, name);
      assert.ok(await mesh.configMap("shop", "sidecar-settings"), name);
      assert.equal(await uid("shop"), pod, name);
      await isQuiet(options);
    }
    await ended(options);
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("two components with one target are refused in the preview, both named", async () => {
    const twice = await pulumi.preview(stack("twice", [shop(), shop({ name: "shop-too", cpu: 4 })]));
    assert.equal(twice.ok, false, twice.stdoutText);
    assert.match(twice.stdoutText, /two components of this program, "shop(-too)?" and "shop(-too)?"/);
  });

  test("another stack's layer is refused in the preview; state move hands it over", async () => {
    const first = stack("first", [shop()]);
    const second = stack("second", [shop()], { state: first.state ?? "" });
    succeeded(await pulumi.up(first));
    const refused = await pulumi.preview(second);
    assert.equal(refused.ok, false, refused.stdoutText);
    assert.match(
      refused.stdoutText,
      /namespace shop: its sidecar settings belong to organization\/verbs\/first:shop/,
    );
    const pod = await uid("shop");
    const moved = await pulumi.command(
      ["state", "move", "--source", "first", "--dest", "second", "--yes", await urnOf(first, "shop")],
      first,
    );
    assert.equal(moved.code, 0, moved.text);
    succeeded(await pulumi.up(second));
    assert.equal((await layer("shop"))?.owner, "organization/verbs/second:shop");
    assert.equal(await uid("shop"), pod, "nothing restarts");
    await ended(second);
    await ended(stack("first", []));
  });

  test("a secret as a setting is refused before anything is written, and shown nowhere", async () => {
    const secretConfig = { variable: "hunter2-hunter2" };
    const options = stack("secret", [shop()], { secretConfig });
    for (const verb of ["preview", "up"] as const) {
      const result = await pulumi[verb](options);
      assert.equal(result.ok, false, result.stdoutText);
      assert.match(result.stdoutText, /env\.TOKEN: expected a plain value, got a secret/);
      const state = JSON.stringify(await pulumi.exportState(options));
      for (const text of [JSON.stringify(result), state, JSON.stringify(await mesh.injector())])
        assert.ok(!text.includes("hunter2"), text);
    }
  });

  test("protect refuses to take a layer out", async () => {
    const options = (protect: boolean) => stack("protected", [shop({ protect })]);
    succeeded(await pulumi.up(options(true)));
    const refused = await pulumi.destroy(options(true));
    assert.equal(refused.ok, false);
    assert.match(refused.stdoutText, /protect/);
    assert.ok(await layer("shop"));
    succeeded(await pulumi.up(options(false)));
    await ended(options(false));
    assert.equal(await layer("shop"), undefined);
  });

  test("ignoreChanges on a component keeps its layer; a rollout's summary can be exported", async () => {
    const options = (more: Partial<Component>) => stack("ignoring", [shop(more)]);
    const first = succeeded(await pulumi.up(options({})));
    assert.deepEqual(first.outputs.rolledOut, { shop: 1 });
    const before = await uid("shop");
    const ignored = options({ cpu: 4, ignoreChanges: ["proxyResources"] });
    await isQuiet(ignored);
    succeeded(await pulumi.up(ignored));
    assert.deepEqual([await limit("shop"), await uid("shop")], ["3", before]);
    // what its layer keeps, its rollout and what is published keep, too
    const more = { namespace: "cart", rollout: { maxConcurrent: 2 } };
    await isQuiet(options({ ...more, ignoreChanges: ["namespace", "rollout"] }));
    await ended(ignored);
  });

  test("a stack transform changes the settings of each component", async () => {
    const options = stack("transformed", [shop()]);
    const config = { ...options.config, transformedLogLevel: "debug" };
    succeeded(await pulumi.up({ ...options, config }));
    const { args } = container(await mesh.pod("shop", "api"), "istio-proxy");
    assert.ok(args?.includes("--proxyLogLevel=debug"), `${args}`);
    await ended({ ...options, config });
  });

  test("up --plan does what the saved plan says", async () => {
    const plan = join(folder, "plan.json");
    const options = (cpu: number) => stack("planned", [shop({ cpu })]);
    succeeded(await pulumi.up(options(3)));
    const experimental = { PULUMI_EXPERIMENTAL: "true" };
    const env = { ...options(4).env, ...experimental };
    succeeded(await pulumi.preview({ ...options(4), env, flags: ["--save-plan", plan] }));
    succeeded(await pulumi.up({ ...options(4), env, flags: ["--plan", plan] }));
    assert.equal(await limit("shop"), "4");
    const other = await pulumi.up({ ...options(5), env, flags: ["--plan", plan] });
    assert.equal(other.ok, false, other.stdoutText);
    assert.equal(await limit("shop"), "4");
    await ended(options(4));
  });

  test("up --plan, where a workload came after the plan was saved: its own preview stops it before the write", async () => {
    const namespace = "replanned";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api");
    const file = join(folder, "former-plan.json");
    const options = (cpu: number) => stack(namespace, [{ name: namespace, namespace, cpu }]);
    const env = { ...options(4).env, PULUMI_EXPERIMENTAL: "true" };
    const save = () => pulumi.preview({ ...options(4), env, flags: ["--save-plan", file] });
    const upByPlan = () => pulumi.up({ ...options(4), env, skipPreview: false, flags: ["--plan", file] });
    succeeded(await pulumi.up(options(3)));
    succeeded(await save());
    await mesh.deployment(namespace, "late");
    const before = await mesh.injector();
    const refused = await upByPlan();
    assert.equal(refused.ok, false, refused.stdoutText);
    assert.match(refused.stdoutText, /violates plan: properties changed: [^\n]*restarts/);
    assert.deepEqual(await mesh.injector(), before);
    succeeded(await save());
    succeeded(await upByPlan());
    assert.equal(await limit(namespace), "4");
    await ended(options(4));
  });

  test("preview --json is what `sidecar-settings report` reads", async () => {
    const options = stack("reported", [shop()]);
    succeeded(await pulumi.up(options));
    const changed = stack("reported", [shop({ cpu: 4 })]);
    const text = previewComment(readPreview(await pulumi.previewJson(changed)), "Sidecar settings");
    assert.match(text, /1 workload \(1 pod\) restart/);
    assert.match(text, /proxyResources\.limits\.cpu/);
    await ended(options);
  });

  test("stack rename: the stack keeps its layer", async () => {
    const options = stack("before-rename", [shop()]);
    succeeded(await pulumi.up(options));
    const pod = await uid("shop");
    const after = await pulumi.rename(options, "after-rename");
    succeeded(await pulumi.up(after));
    assert.equal((await layer("shop"))?.owner, "organization/verbs/after-rename:shop");
    assert.equal(await uid("shop"), pod, "nothing restarts");
    await isQuiet(after);
    await ended(after);
  });

  test("SIGINT in a rollout: what was begun is finished, and the next up does the rest", async () => {
    for (const name of ["web", "worker", "late"]) await mesh.deployment("pay", name);
    const options = stack("interrupted", [
      { name: "pay", namespace: "pay", cpu: 3, rollout: { maxConcurrent: 1 } },
    ]);
    const controller = new AbortController();
    const interrupted = await pulumi.up({
      ...options,
      signal: controller.signal,
      onLine: (line) => {
        if (/1\/4 restarted/.test(line)) controller.abort();
      },
    });
    assert.equal(controller.signal.aborted, true, interrupted.stdoutText);
    assert.equal(interrupted.ok, false);
    assert.match(
      interrupted.stdoutText,
      /cancelled: \d restarts? done, [12] not started; run pulumi up again/,
    );
    const last = container(await mesh.pod("pay", "worker"), "istio-proxy").resources?.limits?.cpu;
    assert.equal(last, "2", "no further restart is begun");
    succeeded(await pulumi.up(options));
    for (const app of ["api", "web", "worker", "late"]) {
      const { resources } = container(await mesh.pod("pay", app), "istio-proxy");
      assert.equal(resources?.limits?.cpu, "3", app);
    }
    await isQuiet(options);
    await ended(options);
  });

  test("the CLI is killed in a rollout: its provider begins no further restart, and the next up does the rest", async () => {
    const options = stack("killed", [
      { name: "pay", namespace: "pay", cpu: 4, rollout: { maxConcurrent: 1, pauseBetween: "5s" } },
    ]);
    const controller = new AbortController();
    let provider = 0;
    await pulumi.up({
      ...options,
      signal: controller.signal,
      onProviderStart: (pid) => {
        provider = pid;
      },
      onLine: (line) => {
        if (/1\/4 restarted/.test(line)) controller.abort("SIGKILL");
      },
    });
    assert.equal(controller.signal.aborted, true);
    await mesh.eventually("the provider has ended", async () => !isAlive(provider), 10);
    const limits = async () =>
      (await mesh.pods("pay")).map(
        (pod) => container(pod, "istio-proxy").resources?.limits?.cpu ?? "no limit",
      );
    const restarted = async () => (await limits()).filter((cpu) => cpu === "4").length;
    assert.ok((await restarted()) < 4, String(await limits()));
    // the CLI that was killed could not give its lock back
    const cancel = await pulumi.command(["cancel", "--yes", "--stack", options.stack], options);
    assert.equal(cancel.code, 0, cancel.text);
    succeeded(await pulumi.up(options));
    assert.equal(await restarted(), 4);
    await isQuiet(options);
    await ended(options);
  });

  /** A project of one file; returns its folder. */
  const projectOf = async (name: string, type: "module" | "commonjs", lines: readonly string[]) => {
    const project = join(folder, name);
    const files = {
      "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
      "package.json": JSON.stringify({ name, type, main: "index.js" }),
      "index.js": lines.join("\n"),
    };
    await mkdir(project);
    for (const [file, text] of Object.entries(files)) await writeFile(join(project, file), text);
    await symlink(join(repository, "node_modules"), join(project, "node_modules"));
    return project;
  };

  test("a program of ES modules", async () => {
    const project = await projectOf("esm", "module", [
      'import { NamespaceSidecarSettings } from "pulumi-istio-sidecar";',
      "const proxyResources = { limits: { cpu: 3 } };",
      'new NamespaceSidecarSettings("shop", { namespace: "shop", injectorTimeout: "30s", proxyResources });',
    ]);
    const options = mesh.program("esm", project, {});
    succeeded(await pulumi.up(options));
    assert.equal(await limit("shop"), "3");
    await ended(options);
  });

  test("a Kubernetes provider that names a context of ~/.kube/config, and nothing else", async () => {
    const project = await projectOf("context", "commonjs", [
      'const { Provider } = require("@pulumi/kubernetes");',
      'const { NamespaceSidecarSettings } = require("pulumi-istio-sidecar");',
      'const context = new (require("@pulumi/pulumi").Config)().require("context");',
      'const provider = new Provider("eu", { context });',
      "const proxyResources = { limits: { cpu: 3 } };",
      'new NamespaceSidecarSettings("shop", { namespace: "shop", proxyResources }, { provider });',
    ]);
    const kubeconfig = await readFile(mesh.cluster.kubeconfig, "utf8");
    await mkdir(join(project, ".kube"));
    await writeFile(join(project, ".kube/config"), kubeconfig);
    const { "current-context": context } = parse(kubeconfig) as { "current-context": string };
    const home = { HOME: project, KUBECONFIG: "" };
    const options = mesh.program("context", project, { context }, { kubernetes: true, env: home });
    const preview = succeeded(await pulumi.preview(options));
    assert.match(preview.stdoutText, /1 workload \(1 pod\) restarts/);
    succeeded(await pulumi.up(options));
    assert.equal(await limit("shop"), "3");
    await isQuiet(options);
    await ended(options);
  });

  test("the policy pack of the examples stops an up", async () => {
    const pack = join(repository, "examples/policy");
    const options = stack("governed", [shop()], { flags: ["--policy-pack", pack] });
    const refused = await pulumi.preview(options);
    assert.equal(refused.ok, false, refused.stdoutText);
    assert.match(refused.stdoutText, /no limit of memory/);
  });
});
