import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { layersOf } from "../../provider/configMap/layersOf";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import type { ProgramResult } from "../pulumi/ProgramResult";
import { pulumi } from "../pulumi/pulumi";
import { breaksNoMore, breaksWith } from "./brokenBySettings";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { watchObjects } from "./watchObjects";

const bad = "7";
const stuck = "c-stuck";
const workloads = ["a-first", "b-second", stuck, "d-last"];
const settings = (cpu: number | string, rollout: object = {}) => ({
  proxyResources: { limits: { cpu } },
  rollout: { onFailure: "rollback", maxConcurrent: 1, timeoutPerWorkload: "6s", ...rollout },
});

describe("onFailure rollback", () => {
  let mesh: Mesh;
  const stack = (name: string, plan: Plan, more = {}) => mesh.stack(name, plan, more);
  const namespaces = ["known", "new", "killed", "shop", "cart", "sets", "again"];

  before(async () => {
    mesh = await Mesh.start();
    for (const namespace of namespaces) {
      await mesh.namespace(namespace);
      if (namespace === "sets") continue;
      await Promise.all(workloads.map((name) => mesh.deployment(namespace, name)));
    }
  });
  after(() => mesh?.stop());

  const limit = (pod: Pod) => container(pod, "istio-proxy").resources?.limits?.cpu;
  const limits = async (namespace: string) =>
    Object.fromEntries(
      await Promise.all(
        workloads.map(
          async (name) => [name, (await mesh.pods(namespace, name)).map(limit).join(",")] as const,
        ),
      ),
    );
  const all = (cpu: string) => Object.fromEntries(workloads.map((name) => [name, cpu]));
  const uids = async (namespace: string, app: string) =>
    (await mesh.pods(namespace, app)).map(({ metadata }) => metadata.uid);
  const generation = async (namespace: string, name: string) =>
    (await mesh.workload(namespace, name)).metadata.generation ?? 0;
  const cpuOf = async (target: string) =>
    layersOf(await mesh.injector())[target]?.settings["proxyResources.limits.cpu"];
  const failed = (result: ProgramResult): string => {
    assert.equal(result.ok, false, result.stdoutText);
    return result.stdoutText;
  };
  const isQuiet = async (name: string, plan: Plan) => {
    const quiet = succeeded(await pulumi.preview(stack(name, plan)));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]), quiet.stdoutText);
  };

  test("reverts the settings, restarts what had been restarted and nothing else, and reports all of it", async () => {
    const good: Plan = { namespaces: { known: settings(3) } };
    const wrong: Plan = { namespaces: { known: settings(bad) } };
    succeeded(await pulumi.up(stack("known", good)));
    const published = await mesh.configMap("known", "sidecar-settings");
    const [generations, last] = [
      await Promise.all(workloads.map((name) => generation("known", name))),
      await uids("known", "d-last"),
    ];
    await breaksWith(mesh, "known", stuck, bad);

    const text = failed(await pulumi.up(stack("known", wrong)));
    assert.match(
      text,
      /1 of the restarts failed, 2 done; 1 not started\. The settings of namespace known were put back to what they were, and 3 workloads were rolled back\./,
    );
    assert.match(text, /✖ known\/Deployment\/c-stuck: not ready in time: .*ContainersNotReady/);
    assert.match(text, /\[known\] 1\/3 rolled back Deployment\/a-first/);
    assert.equal(await cpuOf("known"), "3");
    assert.deepEqual(await limits("known"), all("3"));
    for (const name of workloads) await mesh.ready("known", name);
    assert.deepEqual(await uids("known", "d-last"), last, "what was not begun keeps its pod");
    assert.deepEqual(
      await Promise.all(workloads.map((name) => generation("known", name))),
      generations.map((before, index) => before + (workloads[index] === "d-last" ? 0 : 2)),
      "once there, once back",
    );
    assert.deepEqual(
      await mesh.configMap("known", "sidecar-settings"),
      published,
      "nothing else is published",
    );

    const versions = await mesh.versions();
    const preview = succeeded(await pulumi.preview(stack("known", wrong, { diff: true })));
    assert.match(
      preview.stdoutText,
      /restores *: "put back in istio-system\/istio-sidecar-injector by a rollout that failed \(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\); tried again"/,
    );
    assert.match(
      preview.stdoutText,
      /proxyResources\.limits\.cpu 3 -> 7 *: \{[^}]*Deployment\/d-last *: "1 pod"/,
    );
    assert.deepEqual(await mesh.versions(), versions, "a preview writes nothing");

    const reverted = succeeded(await pulumi.up(stack("known", good)));
    assert.doesNotMatch(reverted.stdoutText, /restores|put back|restarted/);
    assert.deepEqual(await mesh.versions(), versions, "reverted: nothing is written, nothing restarts");
    await isQuiet("known", good);
    succeeded(await pulumi.destroy(stack("known", good)));
  });

  test("tried again: fails and reports again, and succeeds once it can", async () => {
    const [good, wrong]: Plan[] = [
      { namespaces: { again: settings(3) } },
      { namespaces: { again: settings(bad) } },
    ];
    succeeded(await pulumi.up(stack("again", good as Plan)));
    await breaksWith(mesh, "again", stuck, bad);
    for (let attempt = 1; attempt <= 2; attempt++) {
      assert.match(failed(await pulumi.up(stack("again", wrong as Plan))), /3 workloads were rolled back/);
      assert.deepEqual(await limits("again"), all("3"));
      const preview = succeeded(await pulumi.preview(stack("again", wrong as Plan, { diff: true })));
      assert.match(preview.stdoutText, /restores *:.*put back in/, `after failure ${attempt}`);
    }
    await breaksNoMore(mesh, "again", stuck, bad);
    succeeded(await pulumi.up(stack("again", wrong as Plan)));
    assert.deepEqual(await limits("again"), all(bad));
    await isQuiet("again", wrong as Plan);
    succeeded(await pulumi.destroy(stack("again", wrong as Plan)));
  });

  test("new settings are taken out again, and leave nothing behind", async () => {
    const installed = await mesh.injector();
    const before = await limits("new");
    await breaksWith(mesh, "new", stuck, bad);
    const wrong: Plan = { namespaces: { new: settings(bad) } };
    assert.match(
      failed(await pulumi.up(stack("new", wrong))),
      /namespace new were put back to what they were, and 3 workloads were rolled back\./,
    );
    assert.deepEqual(await mesh.injector(), installed);
    assert.deepEqual(await limits("new"), before);
    const marks = await Promise.all(
      workloads.map(
        async (name) =>
          (await mesh.workload("new", name)).spec.template.metadata?.annotations?.[restartAnnotation],
      ),
    );
    assert.deepEqual(
      marks.filter((mark) => mark !== undefined),
      ["none", "none", "none"],
    );
    assert.equal(await mesh.configMap("new", "sidecar-settings"), undefined);
    const versions = await mesh.versions();
    succeeded(await pulumi.up(stack("new", {})));
    assert.deepEqual(await mesh.versions(), versions, "reverted: nothing is written, nothing restarts");
  });

  test("killed on the way and resumed: back to before the change, for all that either run restarted", async () => {
    const good: Plan = { namespaces: { killed: settings(3) } };
    const wrong: Plan = { namespaces: { killed: settings(bad) } };
    succeeded(await pulumi.up(stack("killed", good)));
    const generations = await Promise.all(workloads.map((name) => generation("killed", name)));
    await breaksWith(mesh, "killed", stuck, bad);
    let provider = 0;
    const stop = await watchObjects<Workload>(
      mesh.cluster.kubeconfig,
      "/apis/apps/v1/namespaces/killed/deployments",
      ({ metadata }) => {
        const isSecond = metadata.name === "b-second" && (metadata.generation ?? 0) > (generations[1] ?? 0);
        if (!isSecond || !provider) return;
        process.kill(provider, "SIGKILL");
        provider = 0;
      },
    );
    const onProviderStart = (pid: number) => {
      provider = pid;
    };
    failed(await pulumi.up(stack("killed", wrong, { onProviderStart })));
    stop();
    assert.equal(await cpuOf("killed"), bad, "nobody was there to put it back");

    const text = failed(await pulumi.up(stack("killed", wrong)));
    assert.match(text, /namespace killed were put back to what they were, and 3 workloads were rolled back/);
    assert.equal(await cpuOf("killed"), "3");
    assert.deepEqual(await limits("killed"), all("3"));
    succeeded(await pulumi.up(stack("killed", good)));
    await isQuiet("killed", good);
    succeeded(await pulumi.destroy(stack("killed", good)));
  });

  test("global settings and two namespaces' in one up: what reaches the failed workload is rolled back, and each pod has what the injector has", async () => {
    const plan = (cpu: number | string, level: string): Plan => ({
      global: { ...settings(cpu), terminationDrainDuration: level },
      namespaces: { shop: settings(cpu), cart: { ...settings(cpu), dnsProxy: level === "20s" } },
    });
    const [good, wrong] = [plan(3, "10s"), plan(bad, "20s")];
    succeeded(await pulumi.up(stack("levels", good)));
    const before = layersOf(await mesh.injector());
    await breaksWith(mesh, "shop", stuck, bad);
    const text = failed(await pulumi.up(stack("levels", wrong)));
    assert.match(text, /global settings.* were put back to what they were/i);
    const now = layersOf(await mesh.injector());
    assert.deepEqual([now["*"], now.shop], [before["*"], before.shop]);
    assert.deepEqual(await limits("shop"), all("3"));
    assert.deepEqual(await limits("cart"), all(String(await cpuOf("cart"))));
    // nobody is left with the other global settings
    assert.deepEqual(await limits("known"), all("3"));
    const reverted = succeeded(await pulumi.up(stack("levels", good)));
    assert.doesNotMatch(reverted.stdoutText, /\[(shop|known)\] \d+\/\d+ restarted/);
    await isQuiet("levels", good);
    succeeded(await pulumi.destroy(stack("levels", good)));
  });

  test("a StatefulSet whose new pod is broken is rolled back, too", async () => {
    const path = "/apis/apps/v1/namespaces/sets/statefulsets";
    const labels = { app: stuck };
    await mesh.api.request({
      method: "POST",
      path,
      body: {
        metadata: { name: stuck },
        spec: {
          replicas: 2,
          serviceName: stuck,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: "app", image: "app:1" }] } },
        },
      },
    });
    const isReady = async () => {
      const { status } = await mesh.api.request<Workload>({ method: "GET", path: `${path}/${stuck}` });
      return status?.readyReplicas === 2 && status.currentRevision === status.updateRevision;
    };
    await mesh.eventually("the StatefulSet is ready", isReady);
    succeeded(await pulumi.up(stack("sets", { namespaces: { sets: settings(3) } })));
    await breaksWith(mesh, "sets", stuck, bad);
    const first = (await mesh.pods("sets")).find(({ metadata }) => metadata.name.endsWith("-0"));
    const text = failed(await pulumi.up(stack("sets", { namespaces: { sets: settings(bad) } })));
    assert.match(text, /namespace sets were put back to what they were, and 1 workload was rolled back/);
    assert.ok(await isReady());
    const pods = await mesh.pods("sets");
    assert.deepEqual(pods.map(limit), ["3", "3"]);
    assert.ok(
      pods.some(({ metadata }) => metadata.uid === first?.metadata.uid),
      "the pod that was not replaced stays",
    );
    succeeded(await pulumi.destroy(stack("sets", {})));
  });
});
