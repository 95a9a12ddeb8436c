import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FakeKubernetes } from "./fakeKubernetes";
import { KubernetesProvider } from "./kubernetesProvider";
import type { PropertyMap } from "./propertyValue";
import type { PartialFailure } from "./resourceProvider";

const MAP = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::settings";
const DEPLOYMENT = "urn:pulumi:s::p::kubernetes:apps/v1:Deployment::web";
const PATH = "/api/v1/namespaces/shop/configmaps/settings";

describe("kubernetes resources", () => {
  let cluster: FakeKubernetes;
  let provider: KubernetesProvider;
  before(async () => {
    cluster = await FakeKubernetes.start();
    provider = new KubernetesProvider({ kubeconfig: cluster.kubeconfig, namespace: "shop" });
  });
  after(() => cluster.close());

  const inputs = (data: PropertyMap, name = "settings"): PropertyMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data,
  });

  it("are applied under one field manager, read and deleted", async () => {
    const created = await provider.create(MAP, inputs({ a: "1" }), 0);
    assert.equal(created.id, "shop/settings");
    assert.deepEqual(cluster.requests, [`PATCH ${PATH} fieldManager=pulumi-kubernetes`]);
    await assert.rejects(provider.create(MAP, inputs({}), 0), /already exists/);

    const old = { urn: MAP, id: created.id, inputs: inputs({ a: "1" }), outputs: created.outputs };
    const updated = await provider.update(old, inputs({ a: "2" }), 0);
    assert.deepEqual(updated.data, { a: "2" });
    const live = cluster.objects.get(PATH) ?? {};
    cluster.objects.set(PATH, { ...live, data: { a: "3", b: "4" } });
    const read = await provider.read(old);
    assert.deepEqual(read?.inputs, inputs({ a: "3" }));

    await provider.delete({ ...old, outputs: updated }, 0);
    assert.equal(cluster.objects.size, 0);
    assert.equal(await provider.read(old), undefined);
  });

  it("get a name once, and keep it", async () => {
    const nameless = { apiVersion: "v1", kind: "ConfigMap", data: {} };
    const first = await provider.check(MAP, {}, nameless);
    const { name, annotations } = first.inputs.metadata as { name: string; annotations: PropertyMap };
    assert.match(name, /^settings-[0-9a-f]{8}$/);
    assert.deepEqual(annotations, { "pulumi.com/autonamed": "true" });
    assert.deepEqual((await provider.check(MAP, first.inputs, nameless)).inputs, first.inputs);
  });

  it("are replaced for another name, namespace or fixed field, first deleted if the name stays", async () => {
    const diff = (news: PropertyMap, olds: PropertyMap = inputs({ a: "1" }), urn = MAP) =>
      provider.diff({ urn, id: "shop/settings", inputs: olds, outputs: {} }, news);
    assert.equal((await diff(inputs({ a: "1" }))).changes, "none");
    const data = await diff(inputs({ a: "2" }));
    assert.deepEqual([data.replaces, data.deleteBeforeReplace], [["data.a"], true]);
    const renamed = await diff(inputs({ a: "1" }, "other"));
    assert.deepEqual([renamed.replaces, renamed.deleteBeforeReplace], [["metadata.name"], false]);
    const scaled = await diff(deployment(3), deployment(2), DEPLOYMENT);
    assert.deepEqual([scaled.replaces, Object.keys(scaled.detailedDiff ?? {})], [[], ["spec.replicas"]]);
  });

  it("are waited for when they are workloads, unless told not to", async () => {
    const path = "/apis/apps/v1/namespaces/shop/deployments/web";
    const creating = provider.create(DEPLOYMENT, deployment(2), 10);
    let isDone = false;
    const settled = () => {
      isDone = true;
    };
    creating.then(settled, settled);
    while (!cluster.objects.has(path) && !isDone) await new Promise((resolve) => setTimeout(resolve, 20));
    const status = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 1 };
    cluster.objects.set(path, { ...cluster.objects.get(path), status });
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(isDone, false);
    cluster.objects.set(path, { ...cluster.objects.get(path), status: { ...status, availableReplicas: 2 } });
    const { id, outputs } = await creating;

    const old = { urn: DEPLOYMENT, id, inputs: deployment(2), outputs };
    await assert.rejects(provider.update(old, deployment(3), 0.3), (error: PartialFailure) => {
      assert.equal(error.id, "shop/web");
      assert.match(error.message, /Deployment shop\/web was not ready after 0.3 s/);
      return true;
    });
    const hasty = deployment(4);
    hasty.metadata = { name: "web", annotations: { "pulumi.com/skipAwait": "true" } };
    await provider.update(old, hasty, 0);
  });
});

function deployment(replicas: number): PropertyMap {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas } };
}
