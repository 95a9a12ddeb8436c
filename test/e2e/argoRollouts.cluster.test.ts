import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { listAll, type ObjectMeta } from "../../provider/cluster/KubernetesApi";
import type { Workload } from "../../provider/cluster/workloads";
import { RolloutsController } from "../argo/RolloutsController";
import { deploymentObject } from "../cluster/deploymentObject";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, type Plan, succeeded } from "./Mesh";

const rollouts = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts";

describe("a Rollout with a canary, under Argo's own controller", () => {
  let mesh: Mesh;
  let argo: RolloutsController;
  const plan: Plan = { namespaces: { shop: { proxyResources: { limits: { cpu: 3 } } } } };
  const rollout = () => mesh.api.request<Workload>({ method: "GET", path: `${rollouts}/api` });
  const isHealthy = async () => (await rollout()).status?.phase === "Healthy";
  const replicaSets = async () => {
    const found = await listAll<{ metadata: ObjectMeta }>(
      mesh.api,
      "/apis/apps/v1/namespaces/shop/replicasets",
    );
    return found.map(({ metadata }) => metadata.name);
  };
  const cpus = async () =>
    (await mesh.pods("shop", "api")).map((pod) => container(pod, "istio-proxy").resources?.limits?.cpu);

  /** A Rollout of the pods with its name as their `app`. */
  const create = (name: string, spec: object) =>
    mesh.api.request({
      method: "POST",
      path: rollouts,
      body: {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        metadata: { name },
        spec: { selector: { matchLabels: { app: name } }, ...spec },
      },
    });

  before(async () => {
    mesh = await Mesh.start();
    await mesh.namespace("shop");
    argo = await RolloutsController.start(mesh);
    await create("api", {
      replicas: 3,
      // a canary of a new template would wait here for somebody to promote it
      strategy: { canary: { steps: [{ setWeight: 34 }, { pause: {} }] } },
      template: {
        metadata: { labels: { app: "api" } },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "app", image: "app:1" }] },
      },
    });
    await mesh.eventually("the Rollout is healthy", isHealthy).catch((error: Error) => {
      throw new Error(`${error.message}\n${argo.log}`);
    });
  });
  after(async () => {
    await argo?.stop();
    await mesh?.stop();
  });

  test("restarts by restartAt: every pod has the settings, and no canary begins", async () => {
    const [sets, before] = [await replicaSets(), await rollout()];
    assert.equal(sets.length, 1);
    const { stdoutText } = succeeded(await pulumi.up(mesh.stack("argo", plan)));
    assert.match(stdoutText, /\[shop\] 1\/1 restarted Rollout\/api \(3 pods/);
    assert.deepEqual(await cpus(), ["3", "3", "3"]);
    assert.deepEqual(await replicaSets(), sets);
    const now = await rollout();
    assert.deepEqual(now.spec.template, before.spec.template);
    assert.equal(now.status?.phase, "Healthy");
    assert.ok(now.spec.restartAt !== undefined && now.spec.restartAt === now.status?.restartedAt);
  });

  test("restarts likewise where its template is a Deployment's, which stays as it is", async () => {
    const deployment = deploymentObject("web", { replicas: 0, pod: { terminationGracePeriodSeconds: 1 } });
    await mesh.api.request({
      method: "POST",
      path: "/apis/apps/v1/namespaces/shop/deployments",
      body: deployment,
    });
    await create("web", {
      replicas: 2,
      strategy: { canary: {} },
      workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    });
    const web = () => mesh.api.request<Workload>({ method: "GET", path: `${rollouts}/web` });
    await mesh.eventually("the Rollout is healthy", async () => (await web()).status?.phase === "Healthy");
    const former = await mesh.workload("shop", "web");
    const cpu = { namespaces: { shop: { proxyResources: { limits: { cpu: 4 } } } } };
    const preview = succeeded(await pulumi.preview(mesh.stack("argo", cpu, { diff: true })));
    assert.match(preview.stdoutText, /proxyResources\.limits\.cpu 3 -> 4 *: \{[^}]*Rollout\/web *: "2 pods"/);
    const { stdoutText } = succeeded(await pulumi.up(mesh.stack("argo", cpu)));
    assert.match(stdoutText, /restarted Rollout\/web \(2 pods/);
    const pods = await mesh.pods("shop", "web");
    assert.deepEqual(
      pods.map((pod) => container(pod, "istio-proxy").resources?.limits?.cpu),
      ["4", "4"],
    );
    assert.deepEqual((await mesh.workload("shop", "web")).spec, former.spec);
    assert.equal((await web()).spec.template, undefined);
  });

  test("back again when the settings go", async () => {
    const sets = await replicaSets();
    succeeded(await pulumi.destroy(mesh.stack("argo", plan)));
    assert.deepEqual(await cpus(), ["2", "2", "2"]);
    assert.deepEqual(await replicaSets(), sets);
  });
});
