import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import { layersOf } from "../../provider/configMap/layersOf";
import { configMapName } from "../../provider/injector/Injector";
import { pulumi } from "../pulumi/pulumi";
import { addGreetingTemplate } from "./greetingTemplate";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";

const quick = { terminationGracePeriodSeconds: 1 };

describe("previews ask the injector what it will do", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start();
  });
  after(() => mesh?.stop());

  const limit = (pod: Pod) => container(pod, "istio-proxy").resources?.limits?.cpu;
  const post = (path: string, body: object) => mesh.api.request({ method: "POST", path, body });
  const ofNamespace = (namespace: string, settings: object): Plan => ({
    namespaces: { [namespace]: { publish: false, ...settings } },
  });
  const preview = (stack: string, plan: Plan) => pulumi.preview(mesh.stack(stack, plan, { diff: true }));

  test("a mesh's first layer can't be asked about: its settings and the restarts are named", async () => {
    const namespace = "first";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api", { replicas: 2, pod: quick });
    await mesh.deployment(namespace, "own", {
      annotations: { "sidecar.istio.io/proxyCPULimit": "1500m" },
      pod: quick,
    });
    await mesh.deployment(namespace, "gateway", {
      annotations: { "inject.istio.io/templates": "gateway" },
      containers: [{ name: "istio-proxy", image: "auto" }],
      pod: quick,
    });
    const plan = ofNamespace(namespace, { proxyResources: { limits: { cpu: 3 } } });
    const first = succeeded(await preview(namespace, plan));
    assert.match(first.stdoutText, / proxyResources\.limits\.cpu 2 -> 3 *: \{\s*Deployment\/api *: "2 pods"/);
    assert.match(first.stdoutText, /namespace first: 1 workload \(2 pods\) restarts/);
    assert.doesNotMatch(first.stdoutText, /Deployment\/(own|gateway)/);
    const gateway = await mesh.pod(namespace, "gateway");
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    assert.deepEqual((await mesh.pods(namespace, "api")).map(limit), ["3", "3"]);
    assert.equal((await mesh.pod(namespace, "gateway")).metadata.uid, gateway.metadata.uid);
  });

  test("what the injector will give shows field by field, removed settings included", async () => {
    const namespace = "first";
    const plan = ofNamespace(namespace, { logLevel: "debug" });
    const change = succeeded(await preview(namespace, plan));
    // Istio's own values, which no model of ours has
    assert.match(
      change.stdoutText,
      / proxyResources\.limits\.cpu 3 -> 2, logLevel warning -> debug *: \{\s*\S* *Deployment\/api *: "2 pods"/,
    );
    assert.match(change.stdoutText, / logLevel warning -> debug *: \{\s*\S* *Deployment\/own *: "1 pod"/);
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    const quiet = succeeded(await preview(namespace, plan));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]));
  });

  test("what would be denied fails the preview in the API server's words, and nothing is written", async () => {
    const namespace = "bounded";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api", { pod: quick });
    await post(`/api/v1/namespaces/${namespace}/limitranges`, {
      metadata: { name: "most" },
      spec: { limits: [{ type: "Container", max: { cpu: "4" } }] },
    });
    const plan = (cpu: number) => ofNamespace(namespace, { proxyResources: { limits: { cpu } } });
    const before = await mesh.versions();
    const denied = await preview(namespace, plan(5));
    assert.equal(denied.ok, false);
    assert.match(
      denied.stdoutText,
      /namespace bounded: with these settings new pods of Deployment\/api would be denied, and without them they are not: .*maximum cpu usage per Container is 4/,
    );
    // without a preview it is the write that is tried out first
    const up = await pulumi.up(mesh.stack(namespace, plan(5)));
    assert.equal(up.ok, false);
    assert.match(up.stdoutText, /nothing was written: with these settings pods would be denied/);
    assert.match(up.stdoutText, /✖ namespace bounded: .*maximum cpu usage per Container is 4/);
    assert.deepEqual(await mesh.versions(), before);
    assert.deepEqual(Object.keys(layersOf(await mesh.injector())), ["first"]);
    succeeded(await pulumi.up(mesh.stack(namespace, plan(4))));
    assert.equal(limit(await mesh.pod(namespace, "api")), "4");
  });

  test("a quota that would deny the workload's pods: refused in the quota's words; a smaller request fits", async () => {
    const namespace = "quota";
    await mesh.namespace(namespace);
    await post(`/api/v1/namespaces/${namespace}/resourcequotas`, {
      metadata: { name: "compute" },
      spec: { hard: { "limits.cpu": "40" } },
    });
    await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
      metadata: { name: "api" },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "api" } },
        template: {
          metadata: { labels: { app: "api" } },
          spec: {
            ...quick,
            containers: [
              { name: "app", image: "app:1", resources: { limits: { cpu: "500m", memory: "64Mi" } } },
            ],
          },
        },
      },
    });
    await mesh.ready(namespace, "api");
    const plan = (cpu: number) => ofNamespace(namespace, { proxyResources: { limits: { cpu } } });
    const before = await mesh.versions();
    for (const run of [
      await preview(namespace, plan(60)),
      await pulumi.up(mesh.stack(namespace, plan(60))),
    ]) {
      assert.equal(run.ok, false, run.stdoutText);
      assert.match(run.stdoutText, /Deployment\/api.*exceeded quota: compute, requested: limits.cpu=60500m/s);
    }
    assert.deepEqual(await mesh.versions(), before);
    succeeded(await pulumi.up(mesh.stack(namespace, plan(1))));
    assert.deepEqual((await mesh.pods(namespace, "api")).map(limit), ["1", "1"]);
  });

  test("a request that fits only with another level's limit is not denied", async () => {
    const namespace = "levels";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api", { pod: quick });
    const plan: Plan = {
      ...ofNamespace(namespace, { proxyResources: { limits: { cpu: 6 } } }),
      workloads: {
        api: {
          namespace,
          selector: { matchLabels: { app: "api" } },
          proxyResources: { requests: { cpu: 5 } },
        },
      },
    };
    succeeded(await preview(namespace, plan));
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    assert.equal(container(await mesh.pod(namespace, "api"), "istio-proxy").resources?.requests?.cpu, "5");
  });

  test("a gateway whose template reads other Helm values by now restarts for no settings", async () => {
    const namespace = "gateways";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "gateway", {
      annotations: { "inject.istio.io/templates": "gateway" },
      containers: [{ name: "istio-proxy", image: "auto" }],
      pod: quick,
    });
    const gateway = await mesh.pod(namespace, "gateway");
    const { values } = await mesh.injector();
    const upgraded = JSON.stringify(JSON.parse(values), (key, value) =>
      key === "logLevel" ? "info" : value,
    );
    await mesh.patch(
      `/api/v1/namespaces/istio-system/configmaps/${configMapName({ namespace: "istio-system" })}`,
      { data: { values: upgraded } },
    );
    const plan = ofNamespace(namespace, { proxyResources: { limits: { cpu: 3 } } });
    assert.doesNotMatch(succeeded(await pulumi.up(mesh.stack(namespace, plan))).stdoutText, /restarted/);
    assert.equal((await mesh.pod(namespace, "gateway")).metadata.uid, gateway.metadata.uid);
    succeeded(await pulumi.destroy(mesh.stack(namespace, {})));
    assert.equal((await mesh.pod(namespace, "gateway")).metadata.uid, gateway.metadata.uid);
  });

  test("templates are followed as istiod follows them, and what one of them overrules is said", async () => {
    const namespace = "templates";
    await mesh.namespace(namespace);
    await addGreetingTemplate(mesh, namespace);
    const named = (templates: string) => ({
      annotations: { "inject.istio.io/templates": templates },
      pod: quick,
    });
    await mesh.deployment(namespace, "plain", { pod: quick });
    await mesh.deployment(namespace, "team", named("team"));
    await mesh.deployment(namespace, "both", named("sidecar,greeting"));
    const uids = async (app: string) => (await mesh.pods(namespace, app)).map(({ metadata }) => metadata.uid);
    const before = await uids("team");
    const cpu = ofNamespace(namespace, { proxyResources: { limits: { cpu: "1400m" } } });
    const overruled = succeeded(await preview(namespace, cpu));
    assert.match(overruled.stdoutText, /namespace templates: 1 workload \(1 pod\) restarts/);
    for (const name of ["team", "both"])
      assert.match(
        overruled.stdoutText,
        new RegExp(
          `\\[templates\\] Deployment/${name}: overruled by the injector's template greeting, or by another webhook or policy: proxyResources\\.limits\\.cpu: expected 1400m, got 300m`,
        ),
      );
    succeeded(await pulumi.up(mesh.stack(namespace, cpu)));
    assert.equal(limit(await mesh.pod(namespace, "plain")), "1400m");
    assert.deepEqual(await uids("team"), before, "no restart for what would not arrive");

    const level = ofNamespace(namespace, {
      proxyResources: { limits: { cpu: "1400m" } },
      logLevel: "debug",
    });
    const all = succeeded(await preview(namespace, level));
    assert.match(all.stdoutText, /3 workloads \(3 pods\) restart/);
    const up = succeeded(await pulumi.up(mesh.stack(namespace, level)));
    for (const name of ["plain", "team", "both"])
      assert.ok(
        container(await mesh.pod(namespace, name), "istio-proxy").args?.includes("--proxyLogLevel=debug"),
      );
    assert.match(up.stdoutText, /Deployment\/team: overruled by .*expected 1400m, got 300m/);
  });
});
