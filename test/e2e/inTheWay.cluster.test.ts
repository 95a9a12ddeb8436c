import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { layersOf } from "../../provider/configMap/layersOf";
import { pulumi } from "../pulumi/pulumi";
import { breaksWith } from "./brokenBySettings";
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
      "sets",
      "nowhere",
      "again",
      "evicted",
      "full",
      "one",
      "half",
      "runs",
    ])
      await mesh.namespace(name);
    // so that previews can ask what planned settings give
    succeeded(await pulumi.up(mesh.stack("first", ofNamespace("first", 3))));
  });
  after(() => mesh?.stop());

  const post = (path: string, body: object) => mesh.api.request({ method: "POST", path, body });
  const limit = (pod: Pod) => container(pod, "istio-proxy").resources?.limits?.cpu;
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
});
