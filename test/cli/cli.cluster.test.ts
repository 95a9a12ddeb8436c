import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { compose } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { diagnose } from "../../provider/mesh/diagnose";
import type { MeshStatus } from "../../provider/mesh/MeshStatus";
import type { PlatformDiff } from "../../provider/mesh/PlatformDiff";
import { parseSettings } from "../../provider/settings/parseSettings";
import { Mesh } from "../e2e/Mesh";

const main = join(__dirname, "../../provider/dist/cli/main.js");

interface Ran {
  code: number;
  out: string;
  err: string;
}

describe("the command, on a mesh", () => {
  let mesh: Mesh;
  let folder: string;
  let installed: InjectorData;

  const ran = (args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
    new Promise((resolve) => {
      const options = {
        env: { ...process.env, NO_COLOR: "", FORCE_COLOR: "0", ...env },
        maxBuffer: 1e8,
        timeout: 120_000,
      };
      const named = args.includes("--kubeconfig") || args.includes("--configmap");
      const access = named ? [] : ["--kubeconfig", mesh.cluster.kubeconfig];
      const all = [main, ...args, ...access];
      execFile(process.execPath, all, options, (error, out, err) => {
        const { code } = (error ?? { code: 0 }) as { code?: unknown };
        resolve({ code: typeof code === "number" ? code : 1, out, err });
      });
    });
  const printed = async <Data>(args: readonly string[]): Promise<Data> => {
    const { code, out, err } = await ran([...args, "-o", "json"]);
    assert.ok(code === 0 || code === 3, err);
    return JSON.parse(out) as Data;
  };
  const file = async (text: string): Promise<string> => {
    const path = join(folder, "settings.yaml");
    await writeFile(path, text);
    return path;
  };
  /** Settings in the injector, as `pulumi up` would have left them, with nobody restarted. */
  const write = async (layers: Record<string, object>, rollout?: { strategy: "none" }): Promise<void> => {
    const injector = { namespace: "istio-system" };
    const current = await readInjector(mesh.api, injector);
    const selector = [{ key: "app", operator: "Exists" }];
    const owned = Object.entries(layers).map(([target, settings]) => [
      target,
      {
        owner: "acme/mesh/prod:it",
        settings: parseSettings(settings).value,
        ...(rollout ? { rollout } : {}),
        ...(target.includes("/") ? { picks: { selector, priority: 0 } } : {}),
      },
    ]);
    const data = compose(installed, Object.fromEntries(owned));
    await writeInjector(mesh.api, injector, current, data);
    await mesh.eventually("the injector shows it", async () => {
      const found = await diagnose(mesh.api, { injectorNamespace: "istio-system", namespace: "shop" });
      return found.some(({ check, is }) => check === "answer" && is === "ok");
    });
  };

  before(async () => {
    mesh = await Mesh.start();
    folder = await mkdtemp(join(tmpdir(), "sidecar-cli-"));
    installed = await mesh.injector();
    for (const name of ["shop", "cart"]) await mesh.namespace(name);
    await mesh.deployment("shop", "api", { replicas: 2 });
    await mesh.deployment("shop", "own", { annotations: { "sidecar.istio.io/proxyCPULimit": "700m" } });
    await mesh.deployment("cart", "api");
  });
  after(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("doctor finds nothing wrong on a mesh without settings, except that istiod has no pods", async () => {
    const { code, out } = await ran(["doctor"]);
    assert.equal(code, 0, out);
    assert.match(out, /✔ injector: istio-system\/istio-sidecar-injector, Istio /);
    assert.match(out, /✔ settings: istio-system\/istio-sidecar-injector has none yet/);
    assert.match(out, /! istiod: no istiod Deployment/);
    assert.match(out, /✔ webhook: istio-sidecar-injector/);
    assert.match(
      out,
      /✔ answer: (istiod injects a test pod in \w+ \(dry run\)|a test pod in \w+ gets these settings \(dry run\))/,
    );
    assert.match(out, /✔ rights for pulumi up: all/);
  });

  test("diff says what changes for whom and what restarts, and writes nothing", async () => {
    const versions = await mesh.versions();
    const path = await file(
      "global: { dnsProxy: true }\nnamespaces:\n  shop: { proxyResources: { limits: { cpu: 1 } } }\nrollout: { maxConcurrent: 2 }\n",
    );
    const { code, out } = await ran(["diff", path, "--exit-code"]);
    assert.equal(code, 3, out);
    assert.match(out, /^all namespaces\n {2}dnsProxy +- +true +Istio -> global$/m);
    assert.match(out, /^shop\n {2}proxyResources\.limits\.cpu +2 +1 +installed -> namespace$/m);
    assert.match(out, /^restarts: .*proxyResources\.limits\.cpu 2 -> 1.*\n {2}shop +Deployment\/api +2$/m);
    assert.match(out, /3 workloads \(4 pods\) would restart, at most 2 at once/);
    const data = await printed<PlatformDiff>(["diff", path]);
    assert.equal(data.restarts.length, 3);
    assert.deepEqual(await mesh.versions(), versions);
  });

  test("render prints the ConfigMap that an up would leave, from the cluster and from a file alike", async () => {
    const path = await file("namespaces:\n  shop: { terminationDrainDuration: 10s }\n");
    const { out } = await ran(["render", path]);
    const rendered = parse(out) as { data: InjectorData; metadata: { name: string } };
    assert.equal(rendered.metadata.name, "istio-sidecar-injector");
    assert.deepEqual(Object.keys(layersOf(rendered.data)), ["shop"]);
    assert.equal(rendered.data.config.includes("sidecar-scoped"), true);
    const saved = join(folder, "injector.json");
    await writeFile(saved, JSON.stringify({ metadata: { name: "istio-sidecar-injector" }, data: installed }));
    const fromFile = await ran(["render", path, "--configmap", saved, "-o", "json"]);
    assert.deepEqual((JSON.parse(fromFile.out) as { data: InjectorData }).data, rendered.data);
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("status distinguishes up to date, stale with its fields, masked and unmanaged", async () => {
    assert.match((await ran(["status"])).out, /3 workloads in 2 namespaces: 3 up to date/);
    await mesh.api.request({
      method: "POST",
      path: "/api/v1/namespaces/shop/pods",
      body: { metadata: { name: "bare" }, spec: { containers: [{ name: "app", image: "app:1" }] } },
    });
    await write({ shop: { proxyResources: { limits: { cpu: 1 } } } });
    assert.match(
      (await ran(["status"])).out,
      /^stale: proxyResources\.limits\.cpu 2 -> 1\n {2}shop +Deployment\/api +2\n/m,
    );
    const { code, out } = await ran(["status", "--exit-code", "-o", "wide"]);
    assert.equal(code, 3);
    assert.match(out, /^shop +Deployment\/api +2 +stale +proxyResources\.limits\.cpu 2 -> 1/m);
    assert.match(out, /^shop +Deployment\/own +1 +masked +the pods' own: proxyResources\.limits\.cpu$/m);
    assert.match(out, /^shop +Pod\/bare +1 +unmanaged +/m);
    assert.match(out, /^cart +Deployment\/api +1 +up to date$/m);
    const status = await printed<MeshStatus>(["status", "-n", "shop"]);
    assert.deepEqual(
      status.namespaces.map(({ name, owner }) => [name, owner]),
      [["shop", "acme/mesh/prod:it"]],
    );
    assert.deepEqual(status.namespaces[0]?.settings["proxyResources.limits.cpu"], {
      value: "1",
      source: "namespace",
      overrode: [{ value: "2", source: "installed" }],
    });
    for (const format of ["markdown", "yaml", "html"]) {
      assert.match((await ran(["status", "-o", format])).out, /shop/);
    }
  });

  test("status counts workload settings in their namespace", async () => {
    await write({ "cart/all": { logLevel: "debug" } });
    const status = await printed<MeshStatus>(["status"]);
    assert.deepEqual(
      status.namespaces.map(({ name }) => name),
      ["cart", "shop"],
    );
    assert.match(
      (await ran(["status"])).out,
      /^stale: logLevel warning -> debug\n {2}cart +Deployment\/api +1$/m,
    );
  });

  test("a stale workload that is not restarted now is waiting, by that word and with its reason, everywhere", async () => {
    const says = async (args: readonly string[], text: RegExp) => {
      const { out, err } = await ran([...args, "-n", "shop"]);
      assert.match(out, text, err);
    };
    const none = /rollout strategy none: its pods keep the old settings until they are recreated/;
    await write({ shop: { proxyResources: { limits: { cpu: 1 } } } }, { strategy: "none" });
    await says(
      ["status", "-o", "wide"],
      new RegExp(`^shop +Deployment/api +2 +waiting +${none.source}; `, "m"),
    );
    await says(
      ["explain", "deployment/api"],
      new RegExp(`^! waiting \\(${none.source}\\), and shown as `, "m"),
    );
    const annotation = "sidecar-settings/rollout";
    const never = (value: string | null) =>
      mesh.patch("/apis/apps/v1/namespaces/shop/deployments/api", {
        metadata: { annotations: { [annotation]: value } },
      });
    await never("never");
    await write({ shop: { proxyResources: { limits: { cpu: 1 } } } });
    const why = `its annotation ${annotation} is "never"`;
    await says(["status", "-o", "wide"], new RegExp(`^shop +Deployment/api +2 +waiting +${why}; `, "m"));
    await says(["explain", "deployment/api"], new RegExp(`^! waiting \\(${why}\\), and shown as `, "m"));
    const path = await file("namespaces:\n  shop: { proxyResources: { limits: { cpu: 3 } } }\n");
    await says(["diff", path, "-o", "wide"], new RegExp(`^shop +Deployment/api +2 +waiting +${why}; `, "m"));
    await never(null);
  });

  test("explain shows the same for a workload, a pod and a manifest", async () => {
    await write({ shop: { proxyResources: { limits: { cpu: 1 } } } });
    const ofWorkload = await ran(["explain", "deployment/api", "-n", "shop"]);
    assert.equal(ofWorkload.code, 0);
    assert.match(
      ofWorkload.out,
      /^proxyResources\.limits\.cpu +1 +namespace \(acme\/mesh\/prod:it\) +2 \(installed\)$/m,
    );
    const [pod] = await mesh.pods("shop", "api");
    const ofPod = await ran(["explain", `pod/${pod?.metadata.name}`, "-n", "shop"]);
    assert.match(ofWorkload.out, /^! stale, .*: 2 pods: proxyResources\.limits\.cpu 2 -> 1$/m);
    assert.match(ofPod.out, /^! stale, .*: 1 pod: proxyResources\.limits\.cpu 2 -> 1$/m);
    const settingsOf = (text: string) =>
      text
        .split("\n")
        .slice(1)
        .join("\n")
        .replace(/^! stale.*\n/m, "");
    assert.equal(settingsOf(ofPod.out), settingsOf(ofWorkload.out));
    const path = join(folder, "api.yaml");
    const { spec } = await mesh.workload("shop", "api");
    const manifest = { kind: "Deployment", metadata: { name: "api", namespace: "shop" }, spec };
    await writeFile(path, JSON.stringify(manifest));
    assert.equal(settingsOf((await ran(["explain", path])).out), settingsOf(ofWorkload.out));
    const own = await ran(["explain", "depl/own", "-n", "shop"]);
    assert.equal(own.code, 1);
    assert.match(own.err, /expected a file or KIND\/NAME/);
    assert.match((await ran(["explain", "deploy/own", "-n", "shop"])).out, /cpu .* pod +1 \(namespace\)/);
  });

  test("explain shows what Istio's ProxyConfig objects set, unless a level does", async () => {
    await mesh.namespace("configured");
    await mesh.api.request({
      method: "POST",
      path: "/apis/networking.istio.io/v1beta1/namespaces/configured/proxyconfigs",
      body: {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "ProxyConfig",
        metadata: { name: "all" },
        spec: { concurrency: 4, environmentVariables: { ISTIO_META_ZONE: "a", TEAM: "shop" } },
      },
    });
    await mesh.deployment("configured", "api");
    await write({ configured: { env: { TEAM: "cart" } } });
    const explained = (await ran(["explain", "deploy/api", "-n", "configured", "--all"])).out;
    const rowOf = (path: string) => new RegExp(`^${path} .*$`, "m").exec(explained)?.[0].split(/ {2,}/);
    assert.deepEqual(rowOf("concurrency"), ["concurrency", "4", "installed"]);
    assert.deepEqual(rowOf("env.ISTIO_META_ZONE"), ["env.ISTIO_META_ZONE", "a", "installed"]);
    assert.deepEqual(rowOf("env.TEAM"), ["env.TEAM", "cart", "namespace (acme/mesh/prod:it)"]);
  });

  test("explain asks about a StatefulSet's pod as its controller would make it, with its claims", async () => {
    await mesh.namespace("plain", {});
    const container = { name: "app", image: "db:1", volumeMounts: [{ name: "data", mountPath: "/data" }] };
    const spec = {
      template: { metadata: { labels: { app: "db" } }, spec: { containers: [container] } },
      volumeClaimTemplates: [{ metadata: { name: "data" } }],
    };
    const explained = async (namespace: string) => {
      const path = join(folder, "db.json");
      await writeFile(
        path,
        JSON.stringify({ kind: "StatefulSet", metadata: { name: "db", namespace }, spec }),
      );
      return (await ran(["explain", path])).out;
    };
    assert.equal(await explained("plain"), "plain/StatefulSet/db: its pods would have no sidecar\n");
    assert.match(await explained("shop"), /^shop\/StatefulSet\/db\n(?![\s\S]*can't be told)/);
  });

  test("doctor notices a rewritten ConfigMap, and says who rewrote it and what to do", async () => {
    await write({ shop: { dnsProxy: true }, "*": { terminationDrainDuration: "10s" } });
    await mesh.api.request({
      method: "PATCH",
      path: "/apis/apps/v1/namespaces/shop/deployments/api",
      contentType: "application/merge-patch+json",
      body: { spec: { template: { metadata: { annotations: { again: "1" } } } } },
    });
    await mesh.ready("shop", "api");
    const current = await readInjector(mesh.api, { namespace: "istio-system" });
    await writeInjector(mesh.api, { namespace: "istio-system" }, current, installed, "helm");
    const { code, out } = await ran(["doctor"]);
    assert.equal(code, 3, out);
    assert.match(
      out,
      /✖ settings: .* has none, but \d+ pods run with some: helm rewrote it\n {2}→ run pulumi up/,
    );
  });

  test("doctor names missing rights, and a user without any gets one error", async () => {
    const kubeconfig = await mesh.cluster.kubeconfigAs("reader", ["system:authenticated"]);
    const { code, out, err } = await ran(["doctor", "--kubeconfig", kubeconfig]);
    assert.equal(code, 3, out + err);
    assert.match(out, /^✖ rights for pulumi up: \d+ of \d+ are missing$/m);
    assert.match(
      out,
      /^ {4}patch deployments\.apps, statefulsets\.apps, daemonsets\.apps: restarts workloads$/m,
    );
    assert.match(out, /cannot get.*\n {2}→ have the roles of rbac\.yaml bound to you/);
    const status = await ran(["status", "--kubeconfig", kubeconfig]);
    assert.equal(status.code, 1);
    assert.match(status.err, /^error: .*cannot list resource "pods"/);
  });

  test("import writes what the cluster's objects and common annotations say", async () => {
    await mesh.namespace("legacy");
    await mesh.deployment("legacy", "api", {
      annotations: { "traffic.sidecar.istio.io/excludeInboundPorts": "8080" },
    });
    const names = {
      kind: "ASMCustomProxyConfigInjectionTemplate",
      plural: "asmcustomproxyconfiginjectiontemplates",
    };
    await mesh.api.request({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${names.plural}.istio.example.com` },
        spec: {
          group: "istio.example.com",
          scope: "Namespaced",
          names,
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
          ],
        },
      },
    });
    await mesh.eventually("the API server serves the kind", async () => {
      await mesh.api.request({
        method: "POST",
        path: `/apis/istio.example.com/v1/namespaces/legacy/${names.plural}`,
        body: {
          apiVersion: "istio.example.com/v1",
          kind: names.kind,
          metadata: { name: "default" },
          spec: { configPatches: { terminationDrainDuration: "10s", smcConfiguration: { enabled: true } } },
        },
      });
      return true;
    });
    const { code, out, err } = await ran(["import", "-n", "legacy"]);
    assert.equal(code, 0, err);
    assert.deepEqual(parse(out), {
      namespaces: {
        legacy: { capture: { excludeInboundPorts: "8080" }, terminationDrainDuration: "10s" },
      },
    });
    assert.match(
      out,
      /# {3}legacy\/ASMCustom\w+\/default: smcConfiguration\.enabled: there is no setting for it/,
    );
    // what was imported is right for diff, and changes nothing for pods whose annotations say it
    const path = await file(out);
    assert.match(
      (await ran(["diff", path, "-n", "legacy", "-o", "wide"])).out,
      /^legacy +capture\.excludeInboundPorts +none +8080/m,
    );
  });

  test("status --watch follows a restart, and ends on request", async () => {
    await write({ cart: { terminationDrainDuration: "20s" } });
    const watching = spawn(
      process.execPath,
      [main, "status", "--watch", "--interval", "0.5", "-n", "cart", "--kubeconfig", mesh.cluster.kubeconfig],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let seen = "";
    watching.stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
    });
    try {
      await mesh.eventually("the first look", async () => seen.includes("1 stale (1 pod)"));
      await mesh.patch("/apis/apps/v1/namespaces/cart/deployments/api", {
        spec: { template: { metadata: { annotations: { restarted: "once" } } } },
      });
      await mesh.eventually("the restarted workload is up to date", async () =>
        /cart\/Deployment\/api: stale -> up to date\n/.test(seen),
      );
    } finally {
      watching.kill("SIGINT");
    }
    const code = await new Promise((resolve) => watching.once("exit", resolve));
    assert.ok(code === 0 || code === 130, String(code));
  });

  test("an unknown context and an unreachable cluster are one-line errors", async () => {
    const { code, err } = await ran(["status", "--context", "nowhere"]);
    assert.equal(code, 1);
    assert.match(err, /^error: .*no context "nowhere"[^\n]*\n$/);
  });
});
