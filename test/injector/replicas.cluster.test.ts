import assert from "node:assert/strict";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { connect } from "../../provider/cluster/connect";
import type { ApiCall, KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { layersOf } from "../../provider/configMap/layersOf";
import { CachedInjector } from "../../provider/injector/CachedInjector";
import { commitLayers } from "../../provider/injector/commitLayers";
import { diagnose } from "../../provider/mesh/diagnose";
import { Mesh } from "../e2e/Mesh";

const injector = { namespace: "istio-system" };

describe("two istiods behind one injector, one with a mounted ConfigMap that lags", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start({ replicas: ["mounted"] });
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api");
    await mesh.api.request({
      method: "POST",
      path: "/apis/apps/v1/namespaces/istio-system/deployments",
      body: istiodDeployment,
    });
    await mesh.ready("istio-system", "istiod");
    const [first = "", second = ""] = await addresses();
    await mesh.cluster.standIn({ [first]: "istiod", [second]: "istiod-mounted" });
  });
  after(() => mesh?.stop());

  const pods = () => mesh.pods("istio-system", "istiod");
  const addresses = async () =>
    (await pods()).map(({ status }) => String((status as { podIP?: string } | undefined)?.podIP));
  /** What a kubelet does up to 90 seconds later. */
  const mount = async () => {
    const folder = mesh.cluster.injectionDirectory("mounted");
    for (const [name, text] of Object.entries(await mesh.injector())) {
      // a whole file at once, as the kubelet's links give it
      await writeFile(join(folder, `.${name}`), text);
      await rename(join(folder, `.${name}`), join(folder, name));
    }
  };
  const replicas = async (api: KubernetesApi = mesh.api) =>
    (await diagnose(api, { injectorNamespace: "istio-system", namespace: "shop" })).filter(
      ({ check }) => check === "replicas",
    );
  /** Lines that a write reports; `onLine` may mount the ConfigMap meanwhile. */
  const commit = async (
    cpu: string,
    injectorTimeout: number,
    onLine: (line: string) => unknown = () => {},
    target = "shop",
    api: KubernetesApi = mesh.api,
  ) => {
    const lines: string[] = [];
    const layer = { owner: `org/mesh/prod:${target}`, settings: { "proxyResources.limits.cpu": cpu } };
    const outcomes = await commitLayers(api, injector, [{ target, layer, owners: [layer.owner] }], {
      injectorTimeout,
      report: (line) => {
        lines.push(line);
        void onLine(line);
      },
      elapsed: () => performance.now(),
      cached: new CachedInjector(injector, () => performance.now()),
      random: () => 0,
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
    assert.deepEqual([...outcomes.values()], [undefined]);
    assert.equal(layersOf(await mesh.injector())[target]?.settings["proxyResources.limits.cpu"], cpu);
    return lines;
  };

  test("doctor asks each, and they agree", async () => {
    await mesh.eventually("both answer", async () => (await replicas())[0]?.is === "ok");
    const [finding] = await replicas();
    assert.deepEqual(finding, { check: "replicas", is: "ok", says: "all 2 istiod replicas agree" });
  });

  test("a write waits for the one that lags", async () => {
    let mounted = false;
    const lines = await commit("1", 60_000, async () => {
      await mount();
      mounted = true;
    });
    assert.match(lines.join("\n"), /^waiting for istiod-\S+ to take up the settings$/);
    assert.ok(mounted);
    assert.equal((await replicas())[0]?.is, "ok");
  });

  test("a write gives up waiting, and says whose pods are restarted again; doctor names the replica", async () => {
    const [, late = ""] = (await pods()).map(({ metadata }) => metadata.name);
    const lines = await commit("3", 2_000);
    assert.equal(
      lines.at(-1),
      `${late} still gives pods other settings; pods that come from there are restarted once more`,
    );
    const [finding] = await replicas();
    assert.equal(finding?.is, "problem");
    assert.match(finding.says, new RegExp(`^${late} of 2 would give a pod in shop other settings`));
    await mount();
    await mesh.eventually("both agree", async () => (await replicas())[0]?.is === "ok");
  });

  test("where a quota denies every probe, a write still waits for istiod, and doctor finds no fault", async () => {
    const namespace = "bounded";
    await mesh.namespace(namespace);
    await mesh.api.request({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/resourcequotas`,
      body: { metadata: { name: "compute" }, spec: { hard: { "limits.cpu": "40" } } },
    });
    await mesh.eventually("a plain pod is denied", async () => {
      const body = { metadata: { name: "a" }, spec: { containers: [{ name: "app", image: "app" }] } };
      const path = `/api/v1/namespaces/${namespace}/pods`;
      return mesh.api.request({ method: "POST", path, query: { dryRun: "All" }, body }).then(
        () => false,
        (error: unknown) => /must specify limits.cpu/.test(String(error)),
      );
    });
    let mounted = false;
    const lines = await commit(
      "1",
      60_000,
      async (line) => {
        if (!line.startsWith("waiting for")) return;
        await mount();
        mounted = true;
      },
      namespace,
    );
    assert.ok(mounted, lines.join("\n"));
    const findings = await diagnose(mesh.api, { injectorNamespace: "istio-system", namespace });
    const [answer] = findings.filter(({ check }) => check === "answer");
    assert.equal(answer?.is, "ok", answer?.says);
    assert.match(
      answer.says,
      /^istiod gives a pod in bounded what the ConfigMap has; namespace bounded admits no plain pod/,
    );
  });

  test("where a quota is full only after the write, istiod itself shows that it has the settings", async () => {
    const namespace = "filled";
    await mesh.namespace(namespace);
    const path = `/api/v1/namespaces/${namespace}`;
    const fills = async (call: ApiCall) => {
      const answer = await mesh.api.request(call);
      if (call.method !== "PUT") return answer;
      await mesh.api.request({
        method: "POST",
        path: `${path}/resourcequotas`,
        body: { metadata: { name: "no-pods" }, spec: { hard: { pods: "0" } } },
      });
      await mesh.eventually("no pod can be created", async () => {
        const body = { metadata: { name: "a" }, spec: { containers: [{ name: "app", image: "app" }] } };
        const query = { dryRun: "All" };
        return mesh.api.request({ method: "POST", path: `${path}/pods`, query, body }).then(
          () => false,
          () => true,
        );
      });
      await mount();
      return answer;
    };
    const api = { server: mesh.api.server, request: fills as KubernetesApi["request"] };
    assert.deepEqual(await commit("2", 10_000, () => {}, namespace, api), []);
  });

  test("an istiod that can't be reached is a warning, and no write waits for it", async () => {
    await mesh.cluster.stopComponent("istiod-mounted");
    const [finding] = await replicas();
    assert.equal(finding?.is, "warning");
    assert.match(finding.says, /^istiod-\S+ did not answer: .*proxy\/inject/);
    assert.deepEqual(await commit("4", 60_000), []);
  });

  test("without the right to pods/proxy none is asked, and doctor names the missing right", async () => {
    await mesh.cluster.startComponent("istiod-mounted");
    await mount();
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const bind = async (name: string, rules: object[], path: string) => {
      await mesh.api.request({
        method: "POST",
        path: `${rbac}/clusterroles`,
        body: { metadata: { name }, rules },
      });
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
      const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" }];
      await mesh.api.request({
        method: "POST",
        path: `${rbac}/${path}`,
        body: { metadata: { name }, roleRef, subjects },
      });
    };
    const sees = [
      { apiGroups: ["", "apps", "admissionregistration.k8s.io"], resources: ["*"], verbs: ["get"] },
      { apiGroups: ["apps", "admissionregistration.k8s.io"], resources: ["*"], verbs: ["list"] },
      { apiGroups: [""], resources: ["pods", "configmaps"], verbs: ["list"] },
      { apiGroups: [""], resources: ["pods"], verbs: ["create"] },
    ];
    await bind("sees", sees, "clusterrolebindings");
    const ann = await connect({ kubeconfig: await mesh.cluster.kubeconfigAs("ann") });
    const [finding] = await replicas(ann);
    assert.equal(finding?.is, "skipped");
    assert.match(finding.says, /create on pods\/proxy: .*"ann" cannot create resource "pods\/proxy"/);

    const roles = parseAllDocuments(await readFile(join(__dirname, "../../provider/rbac.yaml"), "utf8"));
    const option = roles
      .map((document) => document.toJS() as { metadata: { name: string }; rules: object[] })
      .find(({ metadata }) => metadata.name === "sidecar-settings-option-replicas");
    assert.ok(option);
    await bind(option.metadata.name, option.rules, "namespaces/istio-system/rolebindings");
    await mesh.eventually("ann may ask each", async () => (await replicas(ann))[0]?.is === "ok");
  });
});

const istiodDeployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "istiod", labels: { app: "istiod", "istio.io/rev": "default" } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "istiod" } },
    template: {
      metadata: { labels: { app: "istiod", "istio.io/rev": "default" } },
      spec: { containers: [{ name: "discovery", image: "pilot:1" }] },
    },
  },
};
