import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { ProgramResult } from "../pulumi/ProgramResult";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { causes, imageGone, setDisk, stuck } from "./stuckCauses";

const workloads = ["a-first", stuck, "c-third", "d-last"];

describe("a workload that can't become ready", () => {
  let mesh: Mesh;
  const options = (namespace: string, rollout = {}) => {
    const args = {
      proxyResources: { limits: { cpu: 3 } },
      rollout: { maxConcurrent: 1, timeoutPerWorkload: "5s", ...rollout },
      publish: false,
    };
    const plan: Plan = { namespaces: { [namespace]: args } };
    return mesh.stack(namespace, plan);
  };

  before(async () => {
    mesh = await Mesh.start();
    await setDisk(mesh, "ssd");
    for (const namespace of [...causes.map((cause) => cause.namespace), "goes-on", "sick"]) {
      await mesh.namespace(namespace);
      const pod = { nodeSelector: { disk: "ssd" } };
      await Promise.all(
        workloads.map((name) => mesh.deployment(namespace, name, name === stuck ? { pod } : {})),
      );
    }
  });
  after(() => mesh?.stop());

  const uids = async (namespace: string, app: string) =>
    (await mesh.pods(namespace, app)).map(({ metadata }) => metadata.uid).sort();
  const generation = async (namespace: string, name: string) =>
    (await mesh.workload(namespace, name)).metadata.generation ?? 0;
  const limit = (pod: Pod) => container(pod, "istio-proxy").resources?.limits?.cpu;

  for (const { name, namespace, reason, happen, remove } of causes) {
    test(`${name}: up stops at its timeout and says so, and the next up restarts nothing twice`, async () => {
      const generations = await Promise.all(workloads.map((one) => generation(namespace, one)));
      const podsBefore = new Map(
        await Promise.all(workloads.map(async (one) => [one, await uids(namespace, one)] as const)),
      );
      await happen(mesh);

      const first = await pulumi.up(options(namespace));
      assertStuck(first, namespace, reason);
      assert.match(first.stdoutText, /1 of the restarts failed, 1 done; 2 not started; run pulumi up again/);
      for (const untouched of workloads.slice(2))
        assert.deepEqual(
          await uids(namespace, untouched),
          podsBefore.get(untouched),
          `${untouched} keeps its pod`,
        );
      const still = await uids(namespace, stuck);
      assert.ok(still.includes(podsBefore.get(stuck)?.[0]), "the old pod serves until a new one is ready");

      const { deployment } = await pulumi.exportState(options(namespace));
      const kept = deployment.resources.find(({ urn }) => urn.endsWith(`::${namespace}-rollout`));
      const summary = (kept?.outputs.summary ?? {}) as Record<string, object>;
      assert.deepEqual(Object.keys(summary.failed ?? {}), [`${namespace}/Deployment/${stuck}`]);
      assert.deepEqual([summary.restarted, summary.notStarted], [1, 2]);

      const changes = await generation(namespace, stuck);
      const again = await pulumi.up(options(namespace));
      assertStuck(again, namespace, reason);
      assert.match(again.stdoutText, /0 done; 2 not started/);
      assert.equal(await generation(namespace, stuck), changes, "waited for, not restarted again");

      await remove(mesh);
      await mesh.ready(namespace, stuck);
      const healed = await uids(namespace, stuck);
      const begun = await uids(namespace, workloads[0] ?? "");
      succeeded(await pulumi.up(options(namespace)));
      assert.deepEqual(await uids(namespace, stuck), healed, "restarted before it was stuck: not again");
      assert.deepEqual(
        await uids(namespace, workloads[0] ?? ""),
        begun,
        "restarted by the first up: not again",
      );
      for (const [index, one] of workloads.entries()) {
        const [pod, ...more] = await mesh.pods(namespace, one);
        assert.ok(pod && more.length === 0);
        assert.equal(limit(pod), "3", `${one} has the settings`);
        assert.equal(await generation(namespace, one), (generations[index] ?? 0) + 1, `${one}: once`);
      }
      const quiet = succeeded(await pulumi.preview(options(namespace)));
      assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]));
    });
  }

  test("with onFailure continue the others still restart", async () => {
    const namespace = "goes-on";
    await imageGone(namespace).happen(mesh);
    const up = await pulumi.up(options(namespace, { onFailure: "continue" }));
    assertStuck(up, namespace, /ImagePullBackOff/);
    assert.match(up.stdoutText, /1 of the restarts failed, 3 done; run pulumi up again/);
    for (const one of workloads.filter((other) => other !== stuck))
      assert.equal(limit(await mesh.pod(namespace, one)), "3", `${one} has the settings`);
  });

  test("a workload that was not ready before is left alone and named; its owner's fix is its restart", async () => {
    const namespace = "sick";
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${stuck}`;
    const deploy = (image: string) =>
      mesh.patch(path, { spec: { template: { spec: { containers: [{ name: "app", image }] } } } });
    await deploy("app:does-not-exist");
    const changes = await generation(namespace, stuck);
    const up = succeeded(await pulumi.up(options(namespace)));
    assert.match(up.stdoutText, new RegExp(`Deployment/${stuck} is waiting: was not ready before`));
    assert.equal(await generation(namespace, stuck), changes);
    for (const one of workloads.filter((other) => other !== stuck))
      assert.equal(limit(await mesh.pod(namespace, one)), "3", `${one} has the settings`);

    await deploy("app:2");
    await mesh.ready(namespace, stuck);
    const mended = await uids(namespace, stuck);
    const again = succeeded(await pulumi.up(options(namespace)));
    assert.doesNotMatch(again.stdoutText, /restarted Deployment/);
    assert.deepEqual(await uids(namespace, stuck), mended, "not restarted once more");
    assert.equal(limit(await mesh.pod(namespace, stuck)), "3");
  });

  test("a namespace with a full quota: preview and up name the workloads that could not be assessed", async () => {
    const namespace = "full";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api");
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
    const quota = { metadata: { name: "pods" }, spec: { hard: { pods: "1" } } };
    await mesh.api.request({ method: "POST", path: quotas, body: quota });
    await mesh.eventually("the quota counts", async () => {
      const path = `${quotas}/pods`;
      const { status } = await mesh.api.request<{ status: { used?: object } }>({ method: "GET", path });
      return JSON.stringify(status.used) === '{"pods":"1"}';
    });
    const preview = succeeded(await pulumi.preview({ ...options(namespace), diff: true }));
    assert.match(preview.stdoutText, /Deployment\/api.*exceeded quota/);
    const up = await pulumi.up(options(namespace));
    assert.match(up.stdoutText, /Deployment\/api.*exceeded quota/);
    assert.equal(limit(await mesh.pod(namespace, "api")), "2", "the old pod serves on");

    await mesh.api.request({ method: "DELETE", path: `${quotas}/pods` });
    succeeded(await pulumi.up(options(namespace)));
    assert.equal(limit(await mesh.pod(namespace, "api")), "3", "once there is room, the next up restarts it");
  });
});

function assertStuck(up: ProgramResult, namespace: string, reason: RegExp): void {
  assert.equal(up.ok, false, up.stdoutText);
  assert.match(up.stdoutText, new RegExp(`failed Deployment/${stuck} after [5-8] s: not ready in time: `));
  const [line] = up.stdoutText.match(new RegExp(`✖ ${namespace}/Deployment/${stuck}: .*`)) ?? [];
  assert.match(line ?? up.stdoutText, new RegExp(`pod ${stuck}-`));
  assert.match(line ?? "", reason);
}
