import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { listAll } from "../../provider/cluster/KubernetesApi";
import type { Pod } from "../../provider/cluster/podTemplate";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import { pulumi } from "../pulumi/pulumi";
import { ArgoRollouts } from "./ArgoRollouts";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { watchObjects } from "./watchObjects";

describe("options of a rollout", () => {
  let mesh: Mesh;
  let argo: ArgoRollouts;
  const stack = (namespace: string, rollout: object, more: object = {}) => {
    const args = { proxyResources: { limits: { cpu: 3 } }, rollout, publish: false };
    const plan: Plan = { namespaces: { [namespace]: args } };
    return mesh.stack(namespace, plan, more);
  };

  before(async () => {
    mesh = await Mesh.start();
    argo = await ArgoRollouts.install(mesh);
  });
  after(async () => {
    await argo?.stop();
    await mesh?.stop();
  });

  const limit = (pod: Pod) => container(pod, "istio-proxy").resources?.limits?.cpu;
  const limits = async (namespace: string, app?: string) => (await mesh.pods(namespace, app)).map(limit);
  const deploymentPath = (namespace: string, name: string) =>
    `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const annotate = (path: string, annotations: Record<string, string | null>) =>
    mesh.patch(path, { metadata: { annotations } });
  const waitingOf = async (namespace: string) => {
    const { deployment } = await pulumi.exportState(stack(namespace, {}));
    const kept = deployment.resources.find(({ urn }) => urn.endsWith(`::${namespace}-rollout`));
    return (kept?.outputs.summary as { waiting?: Record<string, string> } | undefined)?.waiting;
  };
  const isQuiet = async (namespace: string, rollout: object) => {
    const quiet = succeeded(await pulumi.preview(stack(namespace, rollout)));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]), quiet.stdoutText);
  };

  test("evict: waits for a PodDisruptionBudget and says so; then each pod is replaced, and no spec changes", async () => {
    const namespace = "budget";
    const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
    const rollout = { strategy: "evict", timeoutPerWorkload: "120s" };
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api", { replicas: 2 });
    await mesh.api.request({
      method: "POST",
      path: budgets,
      body: {
        metadata: { name: "all" },
        spec: { minAvailable: 2, selector: { matchLabels: { app: "api" } } },
      },
    });
    await mesh.eventually("the budget is known", async () => {
      const { status } = await mesh.api.request<{ status?: { currentHealthy?: number } }>({
        method: "GET",
        path: `${budgets}/all`,
      });
      return status?.currentHealthy === 2;
    });
    const spec = (await mesh.workload(namespace, "api")).spec;
    const before = (await mesh.pods(namespace)).map(({ metadata }) => metadata.uid);

    let isTold = () => {};
    const told = new Promise<void>((resolve) => {
      isTold = resolve;
    });
    const preview = succeeded(await pulumi.preview(stack(namespace, rollout, { diff: true })));
    assert.match(
      preview.stdoutText,
      /proxyResources\.limits\.cpu 2 -> 3 *: \{[^}]*Deployment\/api *: "2 pods"/,
    );
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      if (line.includes("waiting to evict")) isTold();
    };
    const up = pulumi.up(stack(namespace, rollout, { onLine }));
    await Promise.race([told, up]);
    assert.match(
      lines.join("\n"),
      /\[budget\] Deployment\/api: waiting to evict pod api-\S+: Cannot evict pod as it would violate the pod's disruption budget.*needs 2 healthy pods/,
    );
    assert.deepEqual(
      (await mesh.pods(namespace)).map(({ metadata }) => metadata.uid),
      before,
      "nothing was evicted",
    );
    await mesh.patch(`${budgets}/all`, { spec: { minAvailable: 1 } });
    succeeded(await up);
    assert.deepEqual(await limits(namespace), ["3", "3"]);
    assert.deepEqual((await mesh.workload(namespace, "api")).spec, spec);
    await isQuiet(namespace, rollout);
    succeeded(await pulumi.destroy(stack(namespace, rollout)));
    assert.deepEqual((await mesh.workload(namespace, "api")).spec, spec, "destroy evicts, too");
  });

  test("timeoutPerWorkload: a workload of many pods has it anew while further ones become ready", async () => {
    const namespace = "slow";
    const seconds = 6;
    await mesh.namespace(namespace);
    // its strategy replaces one pod after the other, each only when the one before has been ready for 3 s
    await mesh.deployment(namespace, "api", { replicas: 4, minReadySeconds: 3 });
    await mesh.patch(deploymentPath(namespace, "api"), {
      spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    });
    const up = succeeded(await pulumi.up(stack(namespace, { timeoutPerWorkload: `${seconds}s` })));
    const [, took] = /restarted Deployment\/api \(4 pods, (\d+) s\)/.exec(up.stdoutText) ?? [];
    assert.ok(Number(took) > seconds, up.stdoutText);
    assert.deepEqual(await limits(namespace), ["3", "3", "3", "3"]);
  });

  test("never on a workload or its namespace: left alone, reported, and restarted once it is removed", async () => {
    const namespace = "opted";
    await mesh.namespace(namespace);
    for (const name of ["free", "kept"]) await mesh.deployment(namespace, name);
    await annotate(deploymentPath(namespace, "kept"), { "sidecar-settings/rollout": "never" });
    const preview = succeeded(await pulumi.preview(stack(namespace, {}, { diff: true })));
    assert.match(
      preview.stdoutText,
      /Deployment\/kept *: "its annotation sidecar-settings\/rollout is \\?"never/,
    );
    succeeded(await pulumi.up(stack(namespace, {})));
    assert.deepEqual([await limits(namespace, "free"), await limits(namespace, "kept")], [["3"], ["2"]]);
    assert.deepEqual(await waitingOf(namespace), {
      "opted/Deployment/kept": 'its annotation sidecar-settings/rollout is "never"',
    });
    await isQuiet(namespace, {});

    await annotate(deploymentPath(namespace, "kept"), { "sidecar-settings/rollout": null });
    await annotate(`/api/v1/namespaces/${namespace}`, { "sidecar-settings/rollout": "never" });
    succeeded(await pulumi.up(stack(namespace, {})));
    assert.deepEqual(await limits(namespace, "kept"), ["2"], "the namespace says it, too");
    await annotate(deploymentPath(namespace, "kept"), { "sidecar-settings/rollout": "always" });
    succeeded(await pulumi.up(stack(namespace, {})));
    assert.deepEqual(await limits(namespace, "kept"), ["3"], "its own word is stronger");
    await annotate(`/api/v1/namespaces/${namespace}`, { "sidecar-settings/rollout": null });
    succeeded(await pulumi.destroy(stack(namespace, {})));
  });

  test("a maintenance window: inside it restarts, outside it waits and says when it opens", async () => {
    const namespace = "windows";
    await mesh.namespace(namespace);
    for (const name of ["inside", "outside"]) await mesh.deployment(namespace, name);
    const hour = (hours: number) =>
      `${new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 13)}:00`;
    const window = (from: number, to: number) => ({
      "sidecar-settings/maintenance-window": `${hour(from)}-${hour(to)}`,
    });
    await annotate(deploymentPath(namespace, "inside"), window(-2, 2));
    await annotate(`/api/v1/namespaces/${namespace}`, window(3, 5));
    const up = succeeded(await pulumi.up(stack(namespace, {})));
    assert.deepEqual([await limits(namespace, "inside"), await limits(namespace, "outside")], [["3"], ["2"]]);
    assert.match(
      up.stdoutText,
      /Deployment\/outside is waiting: outside its namespace's maintenance window \d\d:00-\d\d:00, which opens next on \w{3} \d{4}-\d\d-\d\d \d\d:00 UTC/,
    );
    await isQuiet(namespace, {});
    await annotate(`/api/v1/namespaces/${namespace}`, window(-1, 3));
    succeeded(await pulumi.up(stack(namespace, {})));
    assert.deepEqual(await limits(namespace, "outside"), ["3"]);
    succeeded(await pulumi.destroy(stack(namespace, {})));
  });

  test("an Argo Rollout restarts by Argo's own restart, without a new revision, and is waited for", async () => {
    const namespace = "argo";
    await mesh.namespace(namespace);
    await argo.create(namespace, "web", 2);
    const preview = succeeded(await pulumi.preview(stack(namespace, {}, { diff: true })));
    assert.match(preview.stdoutText, /proxyResources\.limits\.cpu 2 -> 3 *: \{[^}]*Rollout\/web *: "2 pods"/);
    const up = succeeded(await pulumi.up(stack(namespace, {})));
    assert.match(up.stdoutText, /\[argo\] 1\/1 restarted Rollout\/web \(2 pods, \d+ s\)/);
    assert.deepEqual(await limits(namespace), ["3", "3"]);
    const { spec, status } = await argo.get(namespace, "web");
    assert.equal(status?.phase, "Healthy");
    assert.equal(status?.restartedAt, spec.restartAt);
    assert.equal(spec.template.metadata?.annotations, undefined, "its template stays");
    const sets = await listAll(mesh.api, `/apis/apps/v1/namespaces/${namespace}/replicasets`);
    assert.equal(sets.length, 1, "no new revision");
    await isQuiet(namespace, {});
    succeeded(await pulumi.destroy(stack(namespace, {})));
    assert.deepEqual(await limits(namespace), ["2", "2"]);
  });

  test("order: lower orders have ended before higher ones begin", async () => {
    const namespace = "ordered";
    const orders: Record<string, string> = { a: "2", b: "-1", c: "0", d: "2" };
    await mesh.namespace(namespace);
    await Promise.all(Object.keys(orders).map((name) => mesh.deployment(namespace, name)));
    for (const [name, order] of Object.entries(orders))
      await annotate(deploymentPath(namespace, name), { "sidecar-settings/rollout-order": order });
    const begun: string[] = [];
    const unfinished = new Map<string, string[]>();
    const ready = new Set<string>();
    // from the API: who has its new pod ready when another one's template changes
    const stopPods = await watchObjects<Pod>(
      mesh.cluster.kubeconfig,
      `/api/v1/namespaces/${namespace}/pods`,
      (pod) => {
        const isReady = pod.status?.conditions?.some(
          ({ type, status }) => type === "Ready" && status === "True",
        );
        if (isReady && limit(pod) === "3") ready.add(pod.metadata.labels?.app ?? "");
      },
    );
    const stop = await watchObjects<{
      metadata: Pod["metadata"];
      spec: { template: { metadata?: Pod["metadata"] } };
    }>(
      mesh.cluster.kubeconfig,
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      ({ metadata: { name }, spec }) => {
        if (!spec.template.metadata?.annotations?.[restartAnnotation] || begun.includes(name)) return;
        unfinished.set(
          name,
          begun.filter((other) => !ready.has(other)),
        );
        begun.push(name);
      },
    );
    succeeded(await pulumi.up(stack(namespace, { maxConcurrent: 4 })));
    stop();
    stopPods();
    assert.deepEqual(
      [begun.slice(0, 2), begun.slice(2).sort()],
      [
        ["b", "c"],
        ["a", "d"],
      ],
    );
    assert.deepEqual([unfinished.get("b"), unfinished.get("c")], [[], []]);
    for (const name of ["a", "d"])
      assert.ok(!unfinished.get(name)?.some((other) => other === "b" || other === "c"));
    succeeded(await pulumi.destroy(stack(namespace, {})));
  });

  test("deleteBarePods: a bare pod is deleted where asked for, else named", async () => {
    const namespace = "bare";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api");
    const create = (name: string, annotations = {}) =>
      mesh.api.request({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/pods`,
        body: {
          metadata: { name, labels: { app: name }, annotations },
          spec: { containers: [{ name: "app", image: "app:1" }] },
        },
      });
    await create("debug");
    await create("kept", { "sidecar-settings/rollout": "never" });
    succeeded(await pulumi.up(stack(namespace, {})));
    assert.deepEqual(await limits(namespace, "debug"), ["2"], "left alone without the option");
    const preview = succeeded(
      await pulumi.preview(stack(namespace, { deleteBarePods: true }, { diff: true })),
    );
    assert.match(
      preview.stdoutText,
      /will be deleted; no controller recreates it *: \{[^}]*Pod\/debug *: "1 pod"/,
    );
    const up = succeeded(await pulumi.up(stack(namespace, { deleteBarePods: true })));
    assert.match(up.stdoutText, /\[bare\] deleted Pod\/debug; no controller recreates it/);
    assert.deepEqual(await mesh.pods(namespace, "debug"), []);
    assert.deepEqual(await limits(namespace, "kept"), ["2"], "it opted out");
    assert.deepEqual(await limits(namespace, "api"), ["3"]);
    succeeded(await pulumi.destroy(stack(namespace, {})));
  });
});
