import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Workload } from "../../provider/cluster/workloads";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { digest } from "../../provider/data/canonicalJson";
import { configMapName } from "../../provider/injector/Injector";
import { restartAnnotation, restartedFor } from "../../provider/rollout/policy/restartAnnotation";
import type { ProgramResult } from "../pulumi/ProgramResult";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { watchObjects } from "./watchObjects";

const settings = {
  proxyResources: { limits: { cpu: 3 } },
  rollout: { maxConcurrent: 2, timeoutPerWorkload: "25s" },
  publish: false,
};
const plan: Plan = { namespaces: { shop: settings, cart: settings } };
const names = ["a", "b", "c", "d"];
const workloads = Object.keys(plan.namespaces ?? {}).flatMap((namespace) =>
  names.map((name) => [namespace, name] as const),
);
const injectorPath = "/api/v1/namespaces/istio-system/configmaps";
const deploymentsPath = "/apis/apps/v1/deployments";

describe("an interrupted up", () => {
  let mesh: Mesh;
  let installed: Awaited<ReturnType<typeof injector>>;
  let generations: Map<string, number>;
  let neverInterrupted: Awaited<ReturnType<typeof outcome>>;
  const stack = (more = {}) => mesh.stack("resumed", plan, more);

  before(async () => {
    mesh = await Mesh.start();
    installed = await injector();
    for (const namespace of Object.keys(plan.namespaces ?? {})) {
      await mesh.namespace(namespace);
      await Promise.all(names.map((name) => mesh.deployment(namespace, name, { replicas: 2 })));
    }
    generations = await allGenerations();
    succeeded(await pulumi.up(stack()));
    neverInterrupted = await outcome();
    succeeded(await pulumi.destroy(stack()));
  });
  after(() => mesh?.stop());
  beforeEach(async () => {
    generations = await allGenerations();
  });
  afterEach(async () => {
    succeeded(await pulumi.destroy(stack()));
    assert.deepEqual(await injector(), installed);
  });

  /** Equal when the two texts are, and readable when they are not. */
  const injector = async () => {
    const { config, values } = await mesh.injector();
    // an up that creates what an interrupted one had written counts it in the owner
    const data = { config, values: values.replace(/(\/resumed:\w+)#\d+/g, "$1") };
    return { layers: layersOf(data), digest: digest(data) };
  };
  const allGenerations = async () =>
    new Map(
      await Promise.all(
        workloads.map(async ([namespace, name]) => {
          const { metadata } = await mesh.workload(namespace, name);
          return [`${namespace}/${name}`, metadata.generation ?? 0] as const;
        }),
      ),
    );
  /** All that an `up` leaves behind, in the cluster and in its state. */
  const outcome = async () => {
    const { deployment } = await pulumi.exportState(stack());
    const restarts = new Map<string, object>();
    for (const [namespace, name] of workloads) {
      const { metadata, spec } = await mesh.workload(namespace, name);
      restarts.set(`${namespace}/${name}`, {
        templateChanges: (metadata.generation ?? 0) - (generations.get(`${namespace}/${name}`) ?? 0),
        restartedFor: spec.template.metadata?.annotations?.[restartAnnotation],
        limits: (await mesh.pods(namespace, name)).map(
          (pod) => container(pod, "istio-proxy").resources?.limits?.cpu,
        ),
      });
    }
    return {
      injector: await injector(),
      restarts,
      state: deployment.resources
        .map(({ urn, outputs }) => ({ urn, effective: outputs?.effective, stamp: outputs?.stamp }))
        .filter(({ urn }) => !urn.includes("pulumi:providers"))
        .sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    };
  };
  const finishesAsIfNothingHadHappened = async () => {
    succeeded(await pulumi.up(stack()));
    assert.deepEqual(await outcome(), neverInterrupted);
    const quiet = succeeded(await pulumi.preview(stack()));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]));
  };
  /** Runs `up`, and does something to it once, when an object of the cluster looks a certain way. */
  const upDisturbed = async <Item>(
    path: string,
    isTime: (object: Item) => boolean,
    disturb: (provider: number) => unknown,
  ): Promise<ProgramResult> => {
    let provider = 0;
    let disturbed: Promise<unknown> | undefined;
    const stop = await watchObjects<Item>(mesh.cluster.kubeconfig, path, (object) => {
      if (isTime(object) && provider) disturbed ??= Promise.resolve(disturb(provider));
    });
    const up = await pulumi.up(
      stack({
        onProviderStart: (pid: number) => {
          provider = pid;
        },
      }),
    );
    stop();
    assert.ok(disturbed, "the moment came");
    await disturbed;
    return up;
  };
  const kill = (pid: number) => process.kill(pid, "SIGKILL");
  const isWritten = ({ metadata, data }: { metadata: { name: string }; data: InjectorData }) =>
    metadata.name === configMapName({ namespace: "istio-system" }) && Object.keys(layersOf(data)).length > 0;
  const isThirdRestart = () => {
    const seen = new Set<string>();
    return (workload: Workload) => {
      const { metadata } = workload;
      if (restartedFor({ ...workload, kind: "Deployment" })?.stamp !== undefined)
        seen.add(`${metadata.namespace}/${metadata.name}`);
      return seen.size >= 3;
    };
  };
  const restartedSoFar = async () =>
    [...(await allGenerations())].filter(([name, now]) => now > (generations.get(name) ?? 0)).length;

  test("killed before the write: nothing has changed, and the next up does everything", async () => {
    const up = await pulumi.up(stack({ onProviderStart: kill }));
    assert.equal(up.ok, false, up.stdoutText);
    assert.deepEqual(await injector(), installed);
    await finishesAsIfNothingHadHappened();
  });

  test("killed right after it wrote the settings: the next up restarts what was left", async () => {
    const up = await upDisturbed(injectorPath, isWritten, kill);
    assert.equal(up.ok, false, up.stdoutText);
    assert.deepEqual(Object.keys((await injector()).layers).sort(), ["cart", "shop"]);
    assert.equal(await restartedSoFar(), 0);
    await finishesAsIfNothingHadHappened();
  });

  test("killed during the restarts: the next up restarts nothing twice", async () => {
    const up = await upDisturbed(deploymentsPath, isThirdRestart(), kill);
    assert.equal(up.ok, false, up.stdoutText);
    const done = await restartedSoFar();
    assert.ok(done >= 3 && done < workloads.length, `${done} were begun`);
    await finishesAsIfNothingHadHappened();
  });

  test("the API server restarts during the rollout: up continues when it is back", async () => {
    const up = await upDisturbed(deploymentsPath, isThirdRestart(), async () => {
      await mesh.cluster.stopComponent("kube-apiserver");
      await mesh.cluster.startComponent("kube-apiserver");
    });
    if (!up.ok) assert.match(up.stdoutText, /run pulumi up again/);
    await finishesAsIfNothingHadHappened();
  });

  test("istiod is down: an error names the injector, and nothing is written", async () => {
    await mesh.cluster.stopComponent("istiod");
    const up = await pulumi.up(stack()).finally(() => mesh.cluster.startComponent("istiod"));
    assert.equal(up.ok, false, up.stdoutText);
    assert.match(
      up.stdoutText,
      /the injector of istio-system\/istio-sidecar-injector does not answer for namespace (shop|cart), so nothing was written/,
    );
    assert.deepEqual(await injector(), installed);
    assert.equal(await restartedSoFar(), 0);
    await finishesAsIfNothingHadHappened();
  });

  test("istiod goes down right after the write: the settings are reverted, with the reason", async () => {
    const up = await upDisturbed(injectorPath, isWritten, () => mesh.cluster.stopComponent("istiod")).finally(
      () => mesh.cluster.startComponent("istiod"),
    );
    assert.equal(up.ok, false, up.stdoutText);
    assert.match(up.stdoutText, /failed calling webhook/);
    assert.deepEqual((await injector()).layers, {});
    await finishesAsIfNothingHadHappened();
  });

  test("istiod goes down during the restarts: up says which workloads are left, and the next up finishes", async () => {
    const up = await upDisturbed(deploymentsPath, isThirdRestart(), () =>
      mesh.cluster.stopComponent("istiod"),
    ).finally(() => mesh.cluster.startComponent("istiod"));
    assert.equal(up.ok, false, "not every workload has the settings");
    assert.match(up.stdoutText, /failed calling webhook/);
    await finishesAsIfNothingHadHappened();
  });
});
