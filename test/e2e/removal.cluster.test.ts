import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Workload } from "../../provider/cluster/workloads";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import { pulumi } from "../pulumi/pulumi";
import { breaksNoMore, breaksWith } from "./brokenBySettings";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { watchObjects } from "./watchObjects";

const workloads = ["a", "b", "c", "d"];

describe("settings that are removed", () => {
  let mesh: Mesh;
  let installed: InjectorData;
  const args = { proxyResources: { limits: { cpu: 3 } }, rollout: { maxConcurrent: 2 }, publish: false };
  const stack = (namespace: string, plan: Plan, more = {}) => mesh.stack(namespace, plan, more);

  before(async () => {
    mesh = await Mesh.start();
    installed = await mesh.injector();
    for (const namespace of ["foretold", "killed", "together"]) {
      await mesh.namespace(namespace);
      await Promise.all(workloads.map((name) => mesh.deployment(namespace, name, { replicas: 2 })));
    }
  });
  after(() => mesh?.stop());

  const limits = async (namespace: string) =>
    (await mesh.pods(namespace)).map((pod) => container(pod, "istio-proxy").resources?.limits?.cpu);
  const generations = (namespace: string) =>
    Promise.all(
      workloads.map(async (name) => (await mesh.workload(namespace, name)).metadata.generation ?? 0),
    );
  const uids = async (namespace: string) =>
    (await mesh.pods(namespace)).map(({ metadata }) => metadata.uid).sort();

  test("emptied first, the preview lists the restarts; removed from the program then, nothing restarts", async () => {
    const [full, empty]: Plan[] = [
      { namespaces: { foretold: args } },
      { namespaces: { foretold: { rollout: args.rollout, publish: false } } },
    ];
    succeeded(await pulumi.up(stack("foretold", full as Plan)));
    const blind = succeeded(await pulumi.preview(stack("foretold", {}, { diff: true })));
    assert.equal(
      operations(blind)["foretold-layer"],
      "delete",
      "of which a preview can only say that it goes",
    );
    const preview = succeeded(await pulumi.preview(stack("foretold", empty as Plan, { diff: true })));
    for (const name of workloads)
      assert.match(
        preview.stdoutText,
        new RegExp(`proxyResources\\.limits\\.cpu 3 -> 2 *: \\{[^}]*Deployment/${name} *: "2 pods"`),
      );
    succeeded(await pulumi.up(stack("foretold", empty as Plan)));
    assert.deepEqual(new Set(await limits("foretold")), new Set(["2"]));
    const before = await uids("foretold");
    succeeded(await pulumi.up(stack("foretold", {})));
    assert.deepEqual(await uids("foretold"), before, "nothing restarts");
    assert.deepEqual(await mesh.injector(), installed);
  });

  test("layers of several levels that are removed together restart a workload once", async () => {
    const { publish, ...own } = args;
    const selector = { matchLabels: { app: "a" } };
    const plan: Plan = {
      namespaces: { together: args },
      workloads: { a: { ...own, namespace: "together", selector, logLevel: "debug" } },
    };
    succeeded(await pulumi.up(stack("together", plan)));
    const before = await generations("together");
    const { stdoutText } = succeeded(await pulumi.destroy(stack("together", plan)));
    assert.deepEqual(
      await generations("together"),
      before.map((generation) => generation + 1),
      stdoutText,
    );
    assert.deepEqual(new Set(await limits("together")), new Set(["2"]));
  });

  test("destroy is killed during its restarts: the next one finishes, and restarts nothing twice", async () => {
    const plan: Plan = { namespaces: { killed: args } };
    succeeded(await pulumi.up(stack("killed", plan)));
    const before = await generations("killed");
    // whose pods stay unready until somebody mends them, so that its restart is under way when the next destroy comes
    await breaksWith(mesh, "killed", "a", "2");
    let provider = 0;
    const begun = new Set<string>();
    const stop = await watchObjects<Workload>(
      mesh.cluster.kubeconfig,
      "/apis/apps/v1/namespaces/killed/deployments",
      ({ metadata: { name }, spec }) => {
        if (!provider || spec.template.metadata?.annotations?.[restartAnnotation] !== "none") return;
        begun.add(name);
        if (begun.size < 3) return;
        process.kill(provider, "SIGKILL");
        provider = 0;
      },
    );
    const onProviderStart = (pid: number) => {
      provider = pid;
    };
    const killed = await pulumi.destroy(stack("killed", plan, { onProviderStart }));
    stop();
    assert.equal(killed.ok, false, killed.stdoutText);
    assert.deepEqual(layersOf(await mesh.injector()), {});
    assert.deepEqual(await mesh.injector(), installed, "taken out first");
    const second = pulumi.destroy(stack("killed", plan));
    for (const name of workloads.slice(1)) await mesh.ready("killed", name);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await breaksNoMore(mesh, "killed", "a", "2");
    const { stdoutText } = succeeded(await second);
    assert.doesNotMatch(stdoutText, /is waiting/);
    // at once: destroy waits for what the killed one began
    assert.deepEqual(new Set(await limits("killed")), new Set(["2"]));
    assert.deepEqual(
      await generations("killed"),
      before.map((generation) => generation + 1),
    );
  });
});
