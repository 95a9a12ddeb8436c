import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { layersOf } from "../../provider/configMap/layersOf";
import { readInjector } from "../../provider/injector/Injector";
import { mergedValues } from "../../provider/platformFile/mergedValues";
import { type IstiodChart, unpackIstiodChart } from "../cluster/istiodChart";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, succeeded } from "./Mesh";

const main = join(__dirname, "../../provider/dist/cli/main.js");
const repository = join(__dirname, "../..");

describe("a chart that GitOps owns, with the values of render --helm-values", () => {
  let mesh: Mesh;
  let chart: IstiodChart;
  let folder: string;
  before(async () => {
    [mesh, chart] = await Promise.all([Mesh.start(), unpackIstiodChart()]);
    folder = await mkdtemp(join(tmpdir(), "sidecar-gitops-"));
    for (const name of ["shop", "other"]) {
      await mesh.namespace(name);
      await mesh.deployment(name, "api");
    }
    await sync({});
  });
  after(async () => {
    await mesh?.stop();
    await chart?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** What a repository has beside the chart's own values. */
  const rendered = async (settings: string, own: object = {}): Promise<object> => {
    await writeFile(join(folder, "settings.yaml"), settings);
    await writeFile(join(folder, "values.yaml"), JSON.stringify(own));
    const stack = "organization/sidecar-settings/prod";
    const args = ["render", "settings.yaml", "--helm-values", "--chart", chart.folder, "--stack", stack];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [main, ...args, "--values", "values.yaml"],
      {
        cwd: folder,
        env: { PATH: process.env.PATH },
      },
    );
    return parse(stdout);
  };
  /** As a GitOps controller does: the chart rendered with all values, in the order of its value files, and applied. */
  const sync = async (...values: object[]): Promise<void> => {
    const all = values.reduce((weak, strong) => mergedValues(weak, strong) as object, {});
    const found = (await chart.render(all)).find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "istio-sidecar-injector",
    );
    await mesh.api.request({
      method: "PATCH",
      path: "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector",
      query: { fieldManager: "argocd-controller", force: "true" },
      contentType: "application/apply-patch+yaml",
      body: found,
    });
  };
  const stack = () =>
    mesh.program("prod", repository, { "sidecar-settings:file": join(folder, "settings.yaml") });
  const writers = async () => {
    const { metadata } = await readInjector(mesh.api, { namespace: "istio-system" });
    return (metadata.managedFields ?? []).flatMap(({ manager = "" }) =>
      manager.startsWith("sidecar-settings") ? [manager] : [],
    );
  };
  const limit = async (namespace: string) =>
    container(await mesh.pod(namespace, "api"), "istio-proxy").resources?.limits?.cpu;
  const uid = async (namespace: string) => (await mesh.pod(namespace, "api")).metadata.uid;

  const first = "namespaces: { shop: { proxyResources: { limits: { cpu: 1 } } } }\n";
  const second = `${first.replace("cpu: 1", "cpu: 3")}workloads: { api: { namespace: shop, selector: { matchLabels: { app: api } }, dnsProxy: true } }\n`;

  test("a sync brings the settings to new pods", async () => {
    await sync({}, await rendered(first));
    assert.deepEqual(Object.keys(layersOf(await mesh.injector())), ["shop"]);
    const before = await uid("shop");
    await mesh.api.request({
      method: "DELETE",
      path: `/api/v1/namespaces/shop/pods/${(await mesh.pod("shop", "api")).metadata.name}`,
    });
    await mesh.eventually("a pod with the settings", async () => (await limit("shop")) === "1");
    assert.notEqual(await uid("shop"), before);
  });

  test("pulumi up finds them in place, writes nothing, and restarts what differs", async () => {
    await sync({}, await rendered(second));
    const other = await uid("other");
    succeeded(await pulumi.up(stack()));
    assert.equal(await limit("shop"), "3");
    const { env } = container(await mesh.pod("shop", "api"), "istio-proxy");
    assert.ok(env?.some(({ name, value }) => name === "ISTIO_META_DNS_CAPTURE" && value === "true"));
    assert.equal(await uid("other"), other);
    assert.deepEqual(await writers(), []);
    const again = succeeded(await pulumi.preview(stack()));
    assert.deepEqual(Object.keys(again.summary), ["same"], again.stdoutText);
  });

  test("a sync of the same values changes nothing", async () => {
    const before = await mesh.injector();
    await sync({}, await rendered(second));
    assert.deepEqual(await mesh.injector(), before);
  });

  test("an upgrade of the chart keeps the settings, and restarts nothing", async () => {
    const [shop, other] = [await uid("shop"), await uid("other")];
    // the next release: its template adds a variable, its values a default
    const path = join(chart.folder, "files/injection-template.yaml");
    const template = await readFile(path, "utf8");
    const next = template.replace(
      /^( *)- name: ISTIO_META_CLUSTER_ID$/m,
      "$1- name: NEXT_RELEASE\n$1  value: here\n$&",
    );
    assert.notEqual(next, template);
    await writeFile(path, next);
    const own = { sidecarInjectorWebhook: { templates: { sidecar: `${next.trim()}\n` } } };
    await sync(own, await rendered(second, own));
    assert.equal(Object.keys(layersOf(await mesh.injector())).length, 2);

    const preview = succeeded(await pulumi.preview(stack()));
    assert.deepEqual(Object.keys(preview.summary), ["same"], preview.stdoutText);
    succeeded(await pulumi.up(stack()));
    assert.deepEqual([await uid("shop"), await uid("other")], [shop, other]);
    assert.deepEqual(await writers(), []);

    await mesh.api.request({
      method: "DELETE",
      path: `/api/v1/namespaces/shop/pods/${(await mesh.pod("shop", "api")).metadata.name}`,
    });
    await mesh.eventually("a pod of the next release", async () => (await uid("shop")) !== shop);
    const proxy = container(await mesh.pod("shop", "api"), "istio-proxy");
    assert.ok(proxy.env?.some(({ name }) => name === "NEXT_RELEASE"));
    assert.equal(proxy.resources?.limits?.cpu, "3");
  });

  test("values of the former chart are refused by pulumi up, which says what to render again", async () => {
    const former = await rendered(second);
    const path = join(chart.folder, "files/injection-template.yaml");
    const next = `${(await readFile(path, "utf8")).trim()}\n# another\n`;
    await sync({ sidecarInjectorWebhook: { templates: { sidecar: next } } }, former);
    const settings = await readFile(join(folder, "settings.yaml"), "utf8");
    await writeFile(join(folder, "settings.yaml"), settings.replace("cpu: 3", "cpu: 4"));
    const before = await mesh.injector();
    const result = await pulumi.up(stack());
    assert.equal(result.ok, false);
    assert.match(result.stdoutText, /render --helm-values/);
    assert.deepEqual(await mesh.injector(), before);
  });

  test("without settings a sync gives Istio's own back, and pods go back by pulumi up", async () => {
    await sync({}, await rendered(""));
    assert.ok(!(await mesh.injector()).config.includes("sidecar-scoped"));
    succeeded(await pulumi.up(stack()));
    assert.equal(await limit("shop"), "2", "Istio's own");
    assert.deepEqual(layersOf(await mesh.injector()), {});
  });
});
