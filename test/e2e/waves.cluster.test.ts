import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { layersOf } from "../../provider/configMap/layersOf";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import { pulumi } from "../pulumi/pulumi";
import { breaksWith } from "./brokenBySettings";
import { container, Mesh, succeeded } from "./Mesh";
import { watchObjects } from "./watchObjects";

const example = join(__dirname, "../../examples/waves");
const [canary, others] = ["canary", ["shop", "cart"]];
const workloads = ["api", "web"];

describe("waves: a canary namespace first", () => {
  let mesh: Mesh;
  const at = (cpu: string, more = {}) =>
    mesh.program("waves", example, { cpu, timeoutPerWorkload: "6s" }, more);

  before(async () => {
    mesh = await Mesh.start();
    for (const namespace of [canary, ...others]) {
      await mesh.namespace(namespace);
      await Promise.all(workloads.map((name) => mesh.deployment(namespace, name, { replicas: 2 })));
    }
  });
  after(() => mesh?.stop());

  const limits = async (namespace: string) =>
    (await mesh.pods(namespace)).map((pod) => container(pod, "istio-proxy").resources?.limits?.cpu);
  const generations = async (namespace: string) =>
    Promise.all(workloads.map(async (name) => (await mesh.workload(namespace, name)).metadata.generation));

  test("the preview lists every wave; in up the others begin when the canary's pods are all ready", async () => {
    const preview = succeeded(await pulumi.preview(at("3", { diff: true })));
    for (const name of workloads) {
      const named = preview.stdoutText.match(new RegExp(`Deployment/${name} *: "2 pods"`, "g"));
      assert.equal(named?.length, 3, "in each of the three namespaces");
    }
    // from the API: how many of the canary's pods have the settings and are ready when another namespace's workload changes
    const ready = new Set<string>();
    const readyThen: number[] = [];
    const begun = new Set<string>();
    const stops = [
      await watchObjects<Pod>(mesh.cluster.kubeconfig, `/api/v1/namespaces/${canary}/pods`, (pod) => {
        const isReady = pod.status?.conditions?.some(
          ({ type, status }) => type === "Ready" && status === "True",
        );
        if (isReady && container(pod, "istio-proxy").resources?.limits?.cpu === "3")
          ready.add(pod.metadata.name);
      }),
      await watchObjects<Workload>(
        mesh.cluster.kubeconfig,
        "/apis/apps/v1/deployments",
        ({ metadata: { namespace = "", name }, spec }) => {
          const isRestarted = spec.template.metadata?.annotations?.[restartAnnotation] !== undefined;
          if (!isRestarted || namespace === canary || begun.has(`${namespace}/${name}`)) return;
          begun.add(`${namespace}/${name}`);
          readyThen.push(ready.size);
        },
      ),
    ];
    succeeded(await pulumi.up(at("3")));
    for (const stop of stops) stop();
    assert.equal(begun.size, 4);
    assert.deepEqual(readyThen, [4, 4, 4, 4]);
    for (const namespace of [canary, ...others])
      assert.deepEqual(await limits(namespace), ["3", "3", "3", "3"]);
  });

  test("a canary that fails is rolled back, and the others are never touched", async () => {
    await breaksWith(mesh, canary, "web", "7");
    const before = await Promise.all(others.map(generations));
    const up = await pulumi.up(at("7"));
    assert.equal(up.ok, false, up.stdoutText);
    assert.match(
      up.stdoutText,
      /namespace canary were put back to what they were, and 2 workloads were rolled back/,
    );
    assert.deepEqual(await Promise.all(others.map(generations)), before);
    for (const namespace of [canary, ...others]) {
      assert.equal(layersOf(await mesh.injector())[namespace]?.settings["proxyResources.limits.cpu"], "3");
      assert.deepEqual(await limits(namespace), ["3", "3", "3", "3"]);
    }
  });

  test("destroy gives Istio's own back everywhere", async () => {
    succeeded(await pulumi.destroy(at("3")));
    assert.deepEqual(layersOf(await mesh.injector()), {});
    for (const namespace of [canary, ...others])
      assert.deepEqual(await limits(namespace), ["2", "2", "2", "2"]);
  });
});
