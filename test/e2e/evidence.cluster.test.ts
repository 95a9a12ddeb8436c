import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, type Plan, succeeded } from "./Mesh";
import { mutateNewPods } from "./mutateNewPods";
import { watchObjects } from "./watchObjects";

const quick = { terminationGracePeriodSeconds: 1 };

describe("restarts are decided by evidence", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start();
  });
  after(() => mesh?.stop());

  const post = (path: string, body: object) => mesh.api.request({ method: "POST", path, body });
  const limit = (pod: Pod) => container(pod, "istio-proxy").resources?.limits?.cpu;
  const uidsOf = async (namespace: string, app: string) =>
    (await mesh.pods(namespace, app)).map(({ metadata }) => metadata.uid).sort();
  const ofNamespace = (namespace: string, cpu: number, rollout: object = {}): Plan => ({
    namespaces: { [namespace]: { proxyResources: { limits: { cpu } }, publish: false, rollout } },
  });

  test("a StatefulSet with claims restarts as others do, from preview to pods", async () => {
    const namespace = "data";
    await mesh.namespace(namespace);
    for (const at of [0, 1])
      await post("/api/v1/persistentvolumes", {
        metadata: { name: `${namespace}-${at}` },
        spec: {
          capacity: { storage: "1Gi" },
          accessModes: ["ReadWriteOnce"],
          hostPath: { path: `/var/lib/pv-${at}` },
          claimRef: { namespace, name: `data-pg-${at}` },
        },
      });
    const labels = { app: "pg" };
    const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
    const resources = { requests: { storage: "1Gi" } };
    await post(path, {
      metadata: { name: "pg" },
      spec: {
        serviceName: "pg",
        replicas: 2,
        selector: { matchLabels: labels },
        volumeClaimTemplates: [
          { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], resources } },
        ],
        template: {
          metadata: { labels },
          spec: {
            ...quick,
            containers: [
              { name: "app", image: "pg:1", volumeMounts: [{ name: "data", mountPath: "/data" }] },
            ],
          },
        },
      },
    });
    // of pods 5 and 6, a partition of 1 keeps the first
    const canary = { app: "canary" };
    await post(path, {
      metadata: { name: "canary" },
      spec: {
        replicas: 2,
        ordinals: { start: 5 },
        updateStrategy: { rollingUpdate: { partition: 1 } },
        selector: { matchLabels: canary },
        template: {
          metadata: { labels: canary },
          spec: { ...quick, containers: [{ name: "app", image: "app:1" }] },
        },
      },
    });
    await mesh.eventually("both are ready", async () => {
      const { items } = await mesh.api.request<{ items: Workload[] }>({ method: "GET", path });
      return items.every(({ status }) => status?.readyReplicas === 2);
    });
    const plan = ofNamespace(namespace, 3);
    const preview = succeeded(await pulumi.preview(mesh.stack(namespace, plan, { diff: true })));
    assert.match(
      preview.stdoutText,
      /proxyResources\.limits\.cpu 2 -> 3 *: \{[^}]*StatefulSet\/pg *: "2 pods"/,
    );
    assert.match(preview.stdoutText, /StatefulSet\/canary *: "1 pod"/);
    assert.match(
      preview.stdoutText,
      /updateStrategy partition 1: its pods below 6 are replaced when deleted/,
    );
    const first = succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    assert.match(first.stdoutText, /restarted StatefulSet\/canary \(1 pod, /);
    assert.doesNotMatch(first.stdoutText, /overruled/);
    assert.deepEqual((await mesh.pods(namespace, "pg")).map(limit), ["3", "3"]);
    assert.deepEqual((await mesh.pods(namespace, "canary")).map(limit).sort(), ["2", "3"]);

    // settings for one of its pods: no other one restarts
    const picked: Plan = {
      ...plan,
      workloads: {
        first: {
          namespace,
          selector: { matchLabels: { "apps.kubernetes.io/pod-index": "1" } },
          proxyResources: { limits: { cpu: 4 } },
          rollout: { strategy: "evict" },
        },
      },
    };
    const [before] = (await mesh.pods(namespace, "pg")).filter(({ metadata }) => metadata.name === "pg-0");
    succeeded(await pulumi.up(mesh.stack(namespace, picked)));
    const pods = (await mesh.pods(namespace, "pg")).sort((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    );
    assert.deepEqual(pods.map(limit), ["3", "4"]);
    assert.equal(pods[0]?.metadata.uid, before?.metadata.uid, "pg-0 stays");
    succeeded(await pulumi.destroy(mesh.stack(namespace, picked)));
    assert.deepEqual((await mesh.pods(namespace, "pg")).map(limit), ["2", "2"]);
  });

  test("an amount that a policy mutates restarts nothing that settings don't reach", async () => {
    const namespace = "vpa";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "web", { pod: quick });
    await mesh.deployment(namespace, "api", { pod: quick });
    await mutateNewPods(mesh, namespace, {
      reinvocationPolicy: "IfNeeded",
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: {
            expression:
              'has(object.metadata.labels) && object.metadata.labels["app"] == "web" && has(object.spec.initContainers) && object.spec.initContainers.exists(c, c.name == "istio-proxy") ? Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: "istio-proxy", resources: Object.spec.initContainers.resources{requests: {"cpu": "137m"}}}]}} : Object{}',
          },
        },
      ],
    });
    const template = {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "app", image: "app" }] },
    };
    await mesh.eventually("the policy changes new pods", async () => {
      const pod = await mesh.api.request<Pod>({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/pods`,
        query: { dryRun: "All" },
        body: { ...template, metadata: { ...template.metadata, generateName: "web-" } },
      });
      return container(pod, "istio-proxy").resources?.requests?.cpu === "137m";
    });
    const plan = (concurrency: number): Plan => ({
      workloads: { api: { namespace, selector: { matchLabels: { app: "api" } }, concurrency } },
    });
    const web = await uidsOf(namespace, "web");
    for (const concurrency of [3, 4]) {
      const api = await uidsOf(namespace, "api");
      succeeded(await pulumi.up(mesh.stack(namespace, plan(concurrency))));
      assert.deepEqual(await uidsOf(namespace, "web"), web, "web stays");
      assert.notDeepEqual(await uidsOf(namespace, "api"), api, "api restarts");
    }
    succeeded(await pulumi.destroy(mesh.stack(namespace, plan(4))));
    assert.deepEqual(await uidsOf(namespace, "web"), web);
  });

  test("an operator that reverts the restart is named, nothing is rolled back, and eviction reaches its pods", async () => {
    const namespace = "telemetry";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "zz-other", { pod: quick });
    const query = { fieldManager: "collector-operator" };
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const path = `${deployments}/collector`;
    const labels = { app: "collector" };
    await mesh.api.request({
      method: "POST",
      path: deployments,
      query,
      body: {
        metadata: { name: "collector" },
        spec: {
          replicas: 2,
          // the operator has its say before the restart can end
          minReadySeconds: 5,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { ...quick, containers: [{ name: "app", image: "app:1" }] },
          },
        },
      },
    });
    await mesh.ready(namespace, "collector");
    const own = (await mesh.workload(namespace, "collector")).spec.template;
    const stop = await watchObjects<Workload>(mesh.cluster.kubeconfig, deployments, (object) => {
      if (object.metadata.name !== "collector") return;
      if (JSON.stringify(object.spec.template.metadata) === JSON.stringify(own.metadata)) return;
      const body = {
        ...object,
        spec: { ...object.spec, template: { ...object.spec.template, metadata: own.metadata } },
      };
      // a conflict is met again at the next event
      mesh.api.request({ method: "PUT", path, query, body }).catch(() => {});
    });
    try {
      const before = await uidsOf(namespace, "collector");
      const rollout = { timeoutPerWorkload: "60s", maxConcurrent: 1, onFailure: "rollback" };
      const up = await pulumi.up(mesh.stack(namespace, ofNamespace(namespace, 3, rollout)));
      assert.equal(up.ok, false, up.stdoutText);
      assert.match(
        up.stdoutText,
        /Deployment\/collector: its restart was undone by collector-operator, which writes its pod template, .*use rollout strategy evict/,
      );
      assert.deepEqual((await mesh.pods(namespace, "zz-other")).map(limit), ["3"], "others go on");
      assert.ok(before.length > 0);

      const evict = ofNamespace(namespace, 3, { ...rollout, strategy: "evict" });
      succeeded(await pulumi.up(mesh.stack(namespace, evict)));
      assert.deepEqual((await mesh.pods(namespace, "collector")).map(limit), ["3", "3"]);
      succeeded(await pulumi.destroy(mesh.stack(namespace, evict)));
    } finally {
      stop();
    }
  });

  test("a workload whose new pods get no sidecar is no success, and later ones keep theirs", async () => {
    const namespace = "unlabelled";
    await mesh.namespace(namespace);
    // one pod after the other, so that there is time in between
    await mesh.deployment(namespace, "api", { replicas: 3, minReadySeconds: 2 });
    await mesh.deployment(namespace, "web");
    const web = await uidsOf(namespace, "web");
    const before = await uidsOf(namespace, "api");
    const path = `/api/v1/namespaces/${namespace}`;
    const unlabelled = mesh.eventually("one new pod", async () => {
      const uids = await uidsOf(namespace, "api");
      if (uids.every((uid) => before.includes(uid))) return false;
      await mesh.patch(path, { metadata: { labels: { "istio-injection": null } } });
      return true;
    });
    const plan = ofNamespace(namespace, 3, { maxConcurrent: 1 });
    const [up] = await Promise.all([pulumi.up(mesh.stack(namespace, plan)), unlabelled]);
    assert.equal(up.ok, false, up.stdoutText);
    const why =
      /Deployment\/api.*: its restart gave [12] new pods? \(api-\S+\) no sidecar, though the old ones had one/;
    assert.match(up.stdoutText, why);
    assert.deepEqual(await uidsOf(namespace, "web"), web);

    await mesh.patch(path, { metadata: { labels: { "istio-injection": "enabled" } } });
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    assert.deepEqual((await mesh.pods(namespace, "web")).map(limit), ["3"]);
  });

  test("a full quota leaves no pods stale where old pods make room", async () => {
    const namespace = "full";
    await mesh.namespace(namespace);
    await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
      metadata: { name: "api" },
      spec: {
        replicas: 1,
        strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
        selector: { matchLabels: { app: "api" } },
        template: {
          metadata: { labels: { app: "api" } },
          spec: { ...quick, containers: [{ name: "app", image: "app:1" }] },
        },
      },
    });
    await mesh.ready(namespace, "api");
    const before = await uidsOf(namespace, "api");
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
    await post(quotas, { metadata: { name: "pods" }, spec: { hard: { pods: "1" } } });
    await mesh.eventually("the quota counts", async () => {
      const { status } = await mesh.api.request<{ status?: { used?: { pods?: string } } }>({
        method: "GET",
        path: `${quotas}/pods`,
      });
      return status?.used?.pods === "1";
    });
    const plan = ofNamespace(namespace, 3);
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    assert.deepEqual((await mesh.pods(namespace, "api")).map(limit), ["3"]);
    assert.notDeepEqual(await uidsOf(namespace, "api"), before);
    succeeded(await pulumi.destroy(mesh.stack(namespace, plan)));
  });
});
