import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { listAll } from "../../provider/cluster/KubernetesApi";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import type { ProgramResult } from "../pulumi/ProgramResult";
import { pulumi } from "../pulumi/pulumi";
import { DeploymentWatch } from "./DeploymentWatch";
import { container, Mesh, operations, type Plan, succeeded } from "./Mesh";

/** Namespace -> Deployments; the change reaches the first three. `large` has more than a preview names one by one. */
const sizes: Record<string, number> = { large: 52, middle: 20, small: 16 };
for (let index = 0; index < 7; index++) sizes[`other-${index}`] = 16;
const reached = ["large", "middle", "small"];
const maxConcurrent = 4;

describe("200 Deployments, a change for 3 of 10 namespaces, half of it masked", () => {
  let mesh: Mesh;
  let podsBefore: Map<string, string>;
  let generationsBefore: Map<string, number>;
  let preview: ProgramResult;
  let quiet: ProgramResult;
  let up: ProgramResult;
  let watch: DeploymentWatch;
  const settings = { proxyResources: { limits: { cpu: 3 } }, rollout: { maxConcurrent }, publish: false };
  const plan: Plan = { namespaces: Object.fromEntries(reached.map((name) => [name, settings])) };
  const stack = (more = {}) => mesh.stack("many", plan, more);
  const hasOwnLimit = (name: string) => Number(name.split("-").at(-1)) % 2 === 1;

  before(async () => {
    mesh = await Mesh.start();
    for (const [namespace, size] of Object.entries(sizes)) {
      await mesh.namespace(namespace);
      await Promise.all(
        Array.from({ length: size }, (_, index) =>
          mesh.deployment(
            namespace,
            `app-${index}`,
            hasOwnLimit(`app-${index}`)
              ? { annotations: { "sidecar.istio.io/proxyCPULimit": "1500m" } }
              : { replicas: 1 + (index % 4 === 0 ? 1 : 0) },
          ),
        ),
      );
    }
    podsBefore = await uids();
    generationsBefore = await generations();
    const versions = await mesh.versions();
    preview = succeeded(await pulumi.preview(stack({ diff: true })));
    assert.deepEqual(await mesh.versions(), versions, "a preview writes nothing");
    watch = await DeploymentWatch.start(mesh.cluster.kubeconfig);
    up = succeeded(await pulumi.up(stack()));
    watch.stop();
    quiet = succeeded(await pulumi.preview(stack()));
  });
  after(() => mesh?.stop());

  const uids = async () =>
    new Map(
      (await listAll<Pod>(mesh.api, "/api/v1/pods"))
        .filter(({ metadata }) => !metadata.deletionTimestamp)
        .map(({ metadata }) => [metadata.uid ?? "", `${metadata.namespace}/${metadata.labels?.app}`]),
    );
  const generations = async () =>
    new Map(
      (await listAll<Workload>(mesh.api, "/apis/apps/v1/deployments")).map(({ metadata }) => [
        `${metadata.namespace}/${metadata.name}`,
        metadata.generation ?? 0,
      ]),
    );
  /** Workloads whose pods are others now: the cluster's word, not ours. */
  const replaced = async () => {
    const now = await uids();
    return [...new Set([...podsBefore].filter(([uid]) => !now.has(uid)).map(([, app]) => app))].sort();
  };
  const expected = () =>
    reached.flatMap((namespace) =>
      Array.from({ length: sizes[namespace] ?? 0 }, (_, index) => `app-${index}`)
        .filter((name) => !hasOwnLimit(name))
        .map((name) => `${namespace}/${name}`),
    );
  const why = "proxyResources.limits.cpu 2 -> 3";
  const restartsOf = (namespace: string): Record<string, string> => {
    const step = preview.steps.find(({ name }) => name === `${namespace}-rollout`);
    const restarts = step?.newState?.inputs.restarts as Record<string, Record<string, string>>;
    assert.deepEqual(Object.keys(restarts), [why]);
    return restarts[why] ?? {};
  };

  test("exactly the workloads whose sidecar differs restart, each once", async () => {
    assert.equal(generationsBefore.size, 200);
    assert.deepEqual(await replaced(), expected().sort());
    assert.deepEqual([...watch.restarted].sort(), expected().sort());
    const now = await generations();
    for (const [name, generation] of generationsBefore) {
      const restarts = expected().includes(name) ? 1 : 0;
      assert.equal(now.get(name), generation + restarts, `${name}: one change of its template`);
    }
  });

  test("never more than maxConcurrent at once, over all three namespaces, and as many as that", () => {
    assert.equal(watch.most, maxConcurrent);
    assert.deepEqual([...watch.restarting], [], "all are ready when up ends");
  });

  test("the other half keeps its pods, and its own limit", async () => {
    for (const namespace of reached) {
      assert.equal(
        container(await mesh.pod(namespace, "app-0"), "istio-proxy").resources?.limits?.cpu,
        "3",
        "the settings",
      );
      const masked = container(await mesh.pod(namespace, "app-1"), "istio-proxy");
      assert.equal(masked.resources?.limits?.cpu, "1500m", "the pod's own");
    }
  });

  test("the preview names the workloads that then restart, and how many pods", async () => {
    const actual = await replaced();
    for (const namespace of ["middle", "small"]) {
      const restarts = restartsOf(namespace);
      assert.deepEqual(
        Object.keys(restarts)
          .map((name) => name.replace("Deployment/", `${namespace}/`))
          .sort(),
        actual.filter((name) => name.startsWith(`${namespace}/`)),
      );
      for (const [name, sentence] of Object.entries(restarts)) {
        const pods = [...podsBefore.values()].filter(
          (app) => app === name.replace("Deployment", namespace),
        ).length;
        assert.equal(sentence, `${pods} ${pods === 1 ? "pod" : "pods"}`);
      }
    }
  });

  test("where there are many, the preview counts them, and names the first twenty", async () => {
    const actual = (await replaced()).filter((name) => name.startsWith("large/"));
    const pods = [...podsBefore.values()].filter((app) => actual.includes(app)).length;
    const { [`… and ${actual.length - 20} more`]: rest, ...named } = restartsOf("large");
    assert.equal(Object.keys(named).length, 20);
    const first = Object.values(named).map((text) => Number.parseInt(text, 10));
    assert.equal(Number.parseInt(rest ?? "", 10) + first.reduce((sum, one) => sum + one, 0), pods);
    for (const name of Object.keys(named)) assert.ok(actual.includes(name.replace("Deployment", "large")));
    assert.ok(preview.stdoutText.length < 15_000, `${preview.stdoutText.length} characters`);
  });

  test("afterwards the preview has nothing to say", () => {
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]));
  });

  test("progress counts every restart", () => {
    // a set: both engines show a line when it comes, and again in the list of diagnostics
    const lines = new Set(up.stdoutText.match(/\[\S+\] \d+\/\d+ restarted Deployment\/\S+/g));
    assert.equal(lines.size, expected().length);
    assert.ok([...lines].some((line) => line.startsWith("[large] 26/26 ")));
  });
});
