import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { layersOf } from "../../provider/configMap/layersOf";
import { pulumi } from "../pulumi/pulumi";
import { breaksWith } from "./brokenBySettings";
import { controlledBy, customResource } from "./customResource";
import { DatabaseOperator } from "./DatabaseOperator";
import { container, Mesh, type Plan, succeeded } from "./Mesh";
import { setDisk } from "./stuckCauses";
import { watchObjects } from "./watchObjects";

const quick = { terminationGracePeriodSeconds: 1 };
const app = { name: "app", image: "app:1", resources: { limits: { cpu: "500m" } } };
/** With these settings the pods of the StatefulSet `sets/db` never get ready. */
const bad = "7";

describe("what stands in the way of a restart", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start();
    for (const name of [
      "first",
      "capped",
      "lowered",
      "sets",
      "nowhere",
      "again",
      "evicted",
      "full",
      "one",
      "half",
      "runs",
      "scaled",
    ])
      await mesh.namespace(name);
    // so that previews can ask what planned settings give
    succeeded(await pulumi.up(mesh.stack("first", ofNamespace("first", 3))));
  });
  after(() => mesh?.stop());

  const post = (path: string, body: object) => mesh.api.request({ method: "POST", path, body });
  const limit = (pod: Pod) => container(pod, "istio-proxy").resources?.limits?.cpu;
  const uidsOf = async (namespace: string, name: string) =>
    (await mesh.pods(namespace, name)).map(({ metadata }) => metadata.uid).sort();
  const ofNamespace = (namespace: string, cpu: number | string, rollout: object = {}): Plan => ({
    namespaces: { [namespace]: { proxyResources: { limits: { cpu } }, publish: false, rollout } },
  });

  /** Two pods, ready when this returns. */
  const statefulSet = async (namespace: string) => {
    const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets`;
    const labels = { app: "db" };
    await post(path, {
      metadata: { name: "db" },
      spec: {
        serviceName: "db",
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...quick, containers: [app] } },
      },
    });
    await mesh.eventually("the StatefulSet is ready", async () => {
      const { status } = await mesh.api.request<Workload>({ method: "GET", path: `${path}/db` });
      return status?.readyReplicas === 2;
    });
  };

  /** A ResourceQuota of one resource, which counts when this returns. */
  const quota = async (namespace: string, resource: string, hard: string) => {
    const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
    await post(path, { metadata: { name: "most" }, spec: { hard: { [resource]: hard } } });
    await mesh.eventually("the quota counts", async () => {
      const { status } = await mesh.api.request<{ status?: { used?: Record<string, string> } }>({
        method: "GET",
        path: `${path}/most`,
      });
      return (status?.used?.[resource] ?? "0") !== "0";
    });
  };

  test("a StatefulSet's pod that settings broke gives way to the next settings, and to none", async () => {
    const namespace = "sets";
    await statefulSet(namespace);
    const up = (cpu: number | string) =>
      pulumi.up(mesh.stack(namespace, ofNamespace(namespace, cpu, { timeoutPerWorkload: "8s" })));
    await breaksWith(mesh, namespace, "db", bad);
    const limits = async () => (await mesh.pods(namespace, "db")).map(limit).sort();
    succeeded(await up(3));
    assert.equal((await up(bad)).ok, false);
    assert.deepEqual(await limits(), ["3", bad]);
    succeeded(await up(4));
    assert.deepEqual(await limits(), ["4", "4"]);
    assert.equal((await up(bad)).ok, false);
    succeeded(await pulumi.destroy(mesh.stack(namespace, {})));
    assert.deepEqual(await limits(), ["2", "2"]);
  });

  test("a Deployment that failed with bad settings is not called failed again before its new pod is there", async () => {
    const namespace = "again";
    const labels = { app: "api" };
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
      metadata: { name: "api" },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        progressDeadlineSeconds: 5,
        selector: { matchLabels: labels },
        template: { metadata: { labels, finalizers: ["example.com/drains"] }, spec: { containers: [app] } },
      },
    });
    await mesh.ready(namespace, "api");
    // a pod takes a while to end, and only then comes the next one
    const stop = await watchObjects<Pod>(mesh.cluster.kubeconfig, pods, ({ metadata }) => {
      if (metadata.deletionTimestamp === undefined) return;
      const drained = () => mesh.patch(`${pods}/${metadata.name}`, { metadata: { finalizers: null } });
      setTimeout(() => drained().catch(() => {}), 2_000);
    });
    try {
      await breaksWith(mesh, namespace, "api", bad);
      const up = (cpu: number | string) => pulumi.up(mesh.stack(namespace, ofNamespace(namespace, cpu)));
      const { ok, stdoutText } = await up(bad);
      assert.equal(ok, false);
      assert.match(stdoutText, /failed Deployment\/api after \d+ s: .*has timed out progressing/);
      succeeded(await up(4));
      assert.deepEqual((await mesh.pods(namespace, "api")).map(limit), ["4"]);
      succeeded(await pulumi.destroy(mesh.stack(namespace, {})));
    } finally {
      stop();
    }
  });

  test("a Deployment that is being scaled up is waited for, and restarts; one that is stuck is not", async () => {
    const namespace = "scaled";
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    for (const [name, image] of [
      ["api", "app:1"],
      ["broken", "app:does-not-exist"],
    ]) {
      const labels = { app: name };
      await post(deployments, {
        metadata: { name },
        spec: {
          replicas: 1,
          minReadySeconds: name === "api" ? 10 : 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { ...quick, containers: [{ ...app, image }] } },
        },
      });
    }
    await mesh.ready(namespace, "api");
    await mesh.patch(`${deployments}/api`, { spec: { replicas: 3 } });
    const { stdoutText } = succeeded(
      await pulumi.up(mesh.stack(namespace, ofNamespace(namespace, 3, { timeoutPerWorkload: "60s" }))),
    );
    assert.match(stdoutText, /\[scaled\] Deployment\/api restarts once it is ready\n/);
    assert.match(stdoutText, /restarted Deployment\/api/);
    assert.deepEqual((await mesh.pods(namespace, "api")).map(limit), ["3", "3", "3"]);
    assert.match(stdoutText, /Deployment\/broken is waiting: was not ready before/);
    assert.doesNotMatch(stdoutText, /broken restarts once/);
  });

  test("a pod that no node takes for reasons of its own does not take good settings back", async () => {
    const namespace = "nowhere";
    await setDisk(mesh, "ssd");
    await mesh.deployment(namespace, "a-first", { pod: quick });
    await mesh.deployment(namespace, "b-stuck", { pod: { ...quick, nodeSelector: { disk: "ssd" } } });
    await setDisk(mesh, null);
    const plan = ofNamespace(namespace, 3, {
      onFailure: "rollback",
      maxConcurrent: 1,
      timeoutPerWorkload: "5s",
    });
    const { ok, stdoutText } = await pulumi.up(mesh.stack(namespace, plan));
    assert.equal(ok, false);
    assert.match(stdoutText, /1 of the restarts failed, 1 done; run pulumi up again/);
    assert.match(stdoutText, /Unschedulable: .*didn't match Pod's node affinity/);
    assert.equal(layersOf(await mesh.injector())[namespace]?.settings["proxyResources.limits.cpu"], "3");
    assert.deepEqual((await mesh.pods(namespace, "a-first")).map(limit), ["3"]);
    await setDisk(mesh, "ssd");
    await mesh.ready(namespace, "b-stuck");
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    succeeded(await pulumi.destroy(mesh.stack(namespace, plan)));
  });

  test("new settings that fail go again in the way that their own options say", async () => {
    const namespace = "evicted";
    const names = ["a-first", "b-stuck"];
    for (const name of names) await mesh.deployment(namespace, name, { pod: quick });
    await breaksWith(mesh, namespace, "b-stuck", bad);
    const plan = ofNamespace(namespace, bad, {
      strategy: "evict",
      onFailure: "rollback",
      maxConcurrent: 1,
      timeoutPerWorkload: "8s",
    });
    const { ok, stdoutText } = await pulumi.up(mesh.stack(namespace, plan));
    assert.equal(ok, false);
    assert.match(stdoutText, /were put back to what they were, and 2 workloads were rolled back/);
    for (const name of names) {
      assert.deepEqual((await mesh.pods(namespace, name)).map(limit), ["2"], name);
      const { annotations = {} } = (await mesh.workload(namespace, name)).spec.template.metadata ?? {};
      assert.deepEqual(annotations, {}, `${name} was not patched`);
    }
    succeeded(await pulumi.destroy(mesh.stack(namespace, {})));
  });

  test("a full quota that has no room for what new pods need: no pod is deleted for one that can't be created", async () => {
    const namespace = "full";
    await statefulSet(namespace);
    await quota(namespace, "limits.cpu", "5");
    const stack = (cpu: number) =>
      mesh.stack(namespace, ofNamespace(namespace, cpu, { timeoutPerWorkload: "10s" }));
    succeeded(await pulumi.up(stack(1)));
    assert.deepEqual((await mesh.pods(namespace, "db")).map(limit), ["1", "1"], "smaller ones fit");
    const path = `/api/v1/namespaces/${namespace}/resourcequotas/most`;
    await mesh.patch(path, { spec: { hard: { "limits.cpu": "4" } } });
    await mesh.eventually("the quota is smaller", async () => {
      const { status } = await mesh.api.request<{ status: { hard: object; used: object } }>({
        method: "GET",
        path,
      });
      return JSON.stringify([status.hard, status.used]) === '[{"limits.cpu":"4"},{"limits.cpu":"3"}]';
    });
    const uids = await uidsOf(namespace, "db");
    const preview = succeeded(await pulumi.preview(stack(2)));
    assert.match(
      preview.stdoutText,
      /can't tell whether StatefulSet\/db restarts: .*exceeded quota: most, requested: limits\.cpu=2500m/,
    );
    const { ok, stdoutText } = await pulumi.up(stack(2));
    assert.equal(ok, false);
    assert.match(stdoutText, /failed StatefulSet\/db: .*exceeded quota: most, requested: limits\.cpu=2500m/);
    assert.deepEqual(await uidsOf(namespace, "db"), uids, "both pods stay");
    await mesh.api.request({ method: "DELETE", path });
    succeeded(await pulumi.up(stack(2)));
    assert.deepEqual((await mesh.pods(namespace, "db")).map(limit), ["2", "2"]);
    succeeded(await pulumi.destroy(stack(2)));
  });

  test("a full quota and a Deployment that adds no pods: its one pod makes room, whatever share may be missing", async () => {
    const namespace = "one";
    const labels = { app: "api" };
    await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
      metadata: { name: "api" },
      spec: {
        replicas: 1,
        // a quarter of one pod may be missing: none, which Kubernetes takes for one where none may be added either
        strategy: { rollingUpdate: { maxSurge: 0 } },
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { ...quick, containers: [app] } },
      },
    });
    await mesh.ready(namespace, "api");
    await quota(namespace, "pods", "1");
    succeeded(await pulumi.up(mesh.stack(namespace, ofNamespace(namespace, 3))));
    assert.deepEqual((await mesh.pods(namespace, "api")).map(limit), ["3"]);
    succeeded(await pulumi.destroy(mesh.stack(namespace, {})));
  });

  test("a quota that fills half-way through a Deployment is the reason that up gives", async () => {
    const namespace = "half";
    await mesh.deployment(namespace, "api", { replicas: 2, pod: { ...quick, containers: [app] } });
    await quota(namespace, "limits.cpu", "40");
    const plan = ofNamespace(namespace, 20, { timeoutPerWorkload: "8s" });
    const { ok, stdoutText } = await pulumi.up(mesh.stack(namespace, plan));
    assert.equal(ok, false);
    assert.match(
      stdoutText,
      /✖ half\/Deployment\/api: not ready in time: 1 of 2 new pods created; pods "api-.*exceeded quota: most, requested: limits\.cpu=20500m/,
    );
    succeeded(await pulumi.destroy(mesh.stack(namespace, {})));
  });

  test("evict replaces pods of a custom StatefulSet, leaves runs alone, and names no pod that settings don't reach", async () => {
    const namespace = "runs";
    const run = { group: "tekton.example.com", kind: "TaskRun" };
    const owner = controlledBy(run, await customResource(mesh, namespace, run, "build"));
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await post(pods, {
      metadata: { name: "build", labels: { app: "build" }, ownerReferences: owner },
      spec: { ...quick, restartPolicy: "Never", containers: [app] },
    });
    await post(pods, {
      metadata: { name: "agent", annotations: { "inject.istio.io/templates": "grpc-agent" } },
      spec: { ...quick, containers: [app] },
    });
    const sets = { group: "apps.kruise.example.com", kind: "StatefulSet" };
    const operator = await DatabaseOperator.install(mesh, namespace, sets);
    try {
      const [build, db] = [await uidsOf(namespace, "build"), await uidsOf(namespace, "db")];
      const plan = ofNamespace(namespace, 3, { strategy: "evict", timeoutPerWorkload: "20s" });
      const preview = succeeded(await pulumi.preview({ ...mesh.stack(namespace, plan), diff: true }));
      const up = succeeded(await pulumi.up(mesh.stack(namespace, plan)));
      assert.deepEqual(await uidsOf(namespace, "build"), build, "the run goes on");
      for (const { stdoutText } of [preview, up]) {
        assert.match(
          stdoutText,
          /TaskRun\/build is unmanaged: 1 pod with earlier settings; pods of a TaskRun run to their end: its next run has the settings/,
        );
        assert.doesNotMatch(stdoutText, /Pod\/agent/);
      }
      assert.match(up.stdoutText, /restarted StatefulSet\.apps\.kruise\.example\.com\/db by evictions \(2\)/);
      assert.deepEqual((await mesh.pods(namespace, "db")).map(limit), ["3", "3"]);
      assert.ok((await uidsOf(namespace, "db")).every((uid) => !db.includes(uid)));
    } finally {
      await operator.stop();
    }
  });

  test("settings that pods are denied with by now give way to others: a denial meanwhile is not theirs", async () => {
    const namespace = "lowered";
    const up = (cpu: number) => pulumi.up(mesh.stack(namespace, ofNamespace(namespace, cpu)));
    succeeded(await up(4));
    await post(`/api/v1/namespaces/${namespace}/limitranges`, {
      metadata: { name: "most" },
      spec: { limits: [{ type: "Container", max: { cpu: "3" }, default: { cpu: "500m" } }] },
    });
    const pod = { metadata: { name: "probe" }, spec: { containers: [{ name: "app", image: "app" }] } };
    const admits = () =>
      mesh.api.request({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/pods`,
        query: { dryRun: "All" },
        body: pod,
      });
    await mesh.eventually("no pod can be created", () =>
      admits().then(
        () => false,
        () => true,
      ),
    );
    succeeded(await up(1));
    await admits();
    succeeded(await pulumi.destroy(mesh.stack(namespace, {})));
  });

  test("a namespace that can't have its settings keeps no other from theirs, nor the mesh from the global ones", async () => {
    await post("/api/v1/namespaces/capped/limitranges", {
      metadata: { name: "most" },
      spec: { limits: [{ type: "Container", max: { cpu: "8" }, default: { cpu: "500m" } }] },
    });
    const plan: Plan = {
      ...ofNamespace("capped", 9),
      global: { logLevel: "info", rollout: { strategy: "none" } },
    };
    const { ok, stdoutText } = await pulumi.up(mesh.stack("capped", plan));
    assert.equal(ok, false);
    assert.match(
      stdoutText,
      /namespace capped: nothing was written: .*maximum cpu usage per Container is 8/s,
    );
    assert.doesNotMatch(stdoutText, /global settings: nothing was written/);
    const layers = layersOf(await mesh.injector());
    assert.deepEqual([layers["*"]?.settings.logLevel, layers.capped], ["info", undefined]);
    succeeded(await pulumi.destroy(mesh.stack("capped", {})));
  });
});
