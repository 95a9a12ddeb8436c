import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { deploymentObject } from "../cluster/deploymentObject";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, type Plan, succeeded } from "./Mesh";

const limit = (cpu: number) => ({ proxyResources: { limits: { cpu } } });
const app = (...names: string[]) => ({
  matchExpressions: [{ key: "app", operator: "In" as const, values: names }],
});

describe("settings for the workloads that a selector picks", () => {
  let mesh: Mesh;
  let installed: InjectorData;
  const stack = (plan: Plan) => mesh.stack("workloads", plan);
  const cpu = async (name: string) =>
    container(await mesh.pod("shop", name), "istio-proxy").resources?.limits?.cpu;
  const uids = async (...names: string[]) =>
    Promise.all(names.map(async (name) => (await mesh.pod("shop", name)).metadata.uid));

  before(async () => {
    mesh = await Mesh.start();
    installed = await mesh.injector();
    await mesh.namespace("shop");
    for (const name of ["api", "web", "worker"]) await mesh.deployment("shop", name);
    const proxy = { name: "istio-proxy", image: "auto", resources: { limits: { cpu: "1500m" } } };
    await mesh.deployment("shop", "proxied", { containers: [proxy] });
  });
  after(() => mesh?.stop());

  const first: Plan = {
    namespaces: { shop: limit(3) },
    workloads: { busy: { namespace: "shop", selector: app("api", "late"), ...limit(4) } },
  };

  test("namespace and workload settings of one up restart each workload once, into its own", async () => {
    const preview = succeeded(await pulumi.preview({ ...stack(first), diff: true }));
    assert.match(preview.stdoutText, /proxyResources\.limits\.cpu 2 -> 4 *: \{[^}]*Deployment\/api/);
    assert.match(preview.stdoutText, /proxyResources\.limits\.cpu 2 -> 3 *: \{[^}]*Deployment\/web/);
    // istio-init has the layer's amount, whatever the pod's own proxy has
    assert.match(preview.stdoutText, /initResources\.limits\.cpu 2 -> 3 *: \{[^}]*Deployment\/proxied/);
    succeeded(await pulumi.up(stack(first)));
    for (const name of ["api", "proxied"])
      assert.equal((await mesh.workload("shop", name)).metadata.generation, 2, name);
    assert.deepEqual(await Promise.all(["api", "web", "worker"].map(cpu)), ["4", "3", "3"]);
  });

  test("a workload that is created later gets them, too", async () => {
    await mesh.deployment("shop", "late");
    assert.equal(await cpu("late"), "4");
  });

  test("with nothing to do up says so, and writes nothing", async () => {
    const versions = await mesh.versions();
    const again = succeeded(await pulumi.up(stack(first)));
    assert.doesNotMatch(again.stdoutText, /restarted/);
    assert.deepEqual(await mesh.versions(), versions);
  });

  test("a change of the selector restarts what it now picks and what it no longer picks, nothing else", async () => {
    const before = await uids("worker", "late");
    const plan: Plan = {
      ...first,
      workloads: { busy: { namespace: "shop", selector: app("web", "late"), ...limit(4) } },
    };
    succeeded(await pulumi.up(stack(plan)));
    assert.deepEqual(await Promise.all(["api", "web", "worker", "late"].map(cpu)), ["3", "4", "3", "4"]);
    assert.deepEqual(await uids("worker", "late"), before);
  });

  const both = (priority: number): Plan => ({
    ...first,
    workloads: {
      busy: { namespace: "shop", selector: app("web", "late"), ...limit(4) },
      calm: { namespace: "shop", selector: app("web", "worker"), priority, ...limit(1) },
    },
  });

  test("two of equal priority that could pick the same pod are refused, both named", async () => {
    const result = await pulumi.up(stack(both(0)));
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /calm .*and .*busy.*both have priority 0.*app=web/s);
    assert.deepEqual(await Promise.all(["web", "worker"].map(cpu)), ["4", "3"]);
  });

  test("the higher priority wins where both pick", async () => {
    succeeded(await pulumi.up(stack(both(5))));
    assert.deepEqual(await Promise.all(["web", "worker", "late"].map(cpu)), ["1", "1", "4"]);
  });

  test("destroy gives the injector's bytes back", async () => {
    succeeded(await pulumi.destroy(stack(both(5))));
    assert.deepEqual(await mesh.injector(), installed);
    assert.deepEqual(await Promise.all(["api", "web", "worker", "late"].map(cpu)), ["2", "2", "2", "2"]);
  });
});

describe("settings on pods of the program itself", () => {
  let mesh: Mesh;
  const stack = (plan: Plan) => mesh.stack("pods", plan);
  before(async () => {
    mesh = await Mesh.start();
    await mesh.namespace("shop");
  });
  after(() => mesh?.stop());

  test("withSidecarSettings and a transform override the namespace's settings field by field", async () => {
    const plan: Plan = {
      namespaces: { shop: { ...limit(3), logLevel: "error", concurrency: 5 } },
      deployments: {
        "shop/own": { ...limit(1), initResources: { limits: { cpu: "500m" } } },
        "shop/plain": {},
      },
      transform: { logLevel: "debug" },
    };
    succeeded(await pulumi.up(stack(plan)));
    await mesh.ready("shop", "own");
    await mesh.ready("shop", "plain");
    for (const [name, cpu, initCpu] of [
      ["own", "1", "500m"],
      ["plain", "3", "3"],
    ] as const) {
      const pod = await mesh.pod("shop", name);
      const proxy = container(pod, "istio-proxy");
      assert.equal(proxy.resources?.limits?.cpu, cpu, name);
      assert.equal(container(pod, "istio-init").resources?.limits?.cpu, initCpu, name);
      assert.ok(proxy.args?.includes("--proxyLogLevel=debug"), `${name}: ${proxy.args}`);
      assert.match(proxy.env?.find((one) => one.name === "PROXY_CONFIG")?.value ?? "", /"concurrency":5/);
    }
  });

  test("a transform reaches the workloads that YAML brings", async () => {
    const kinds = ["v1", "v2"] as const;
    const yaml = Object.fromEntries(
      kinds.map((kind) => [kind, JSON.stringify(deploymentObject(`yaml-${kind}`, { namespace: "shop" }))]),
    );
    const options = mesh.stack("yaml", { yaml, transform: { logLevel: "trace" } });
    succeeded(await pulumi.up(options));
    for (const kind of kinds) {
      await mesh.ready("shop", `yaml-${kind}`);
      const { args } = container(await mesh.pod("shop", `yaml-${kind}`), "istio-proxy");
      assert.ok(args?.includes("--proxyLogLevel=trace"), `${kind}: ${args}`);
    }
  });

  test("a setting that pods can't override is an error that says which levels have it", async () => {
    const result = await pulumi.up(
      mesh.stack("wrong", {
        deployments: { "shop/wrong": { alwaysExclude: { inboundPorts: [9191] } } },
      }),
    );
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /alwaysExclude\.inboundPorts/);
    assert.match(result.stdoutText, /WorkloadSidecarSettings/);
  });
});
