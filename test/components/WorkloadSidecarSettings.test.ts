import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { WorkloadSidecarSettings, type WorkloadSidecarSettingsArgs } from "pulumi-istio-sidecar";
import { inputsOf, layerType, recordedResources, rolloutType } from "./recordedResources";

const component = "istio-sidecar:index:WorkloadSidecarSettings";
const selector = { matchLabels: { app: "web" } };

function registered(args: Partial<WorkloadSidecarSettingsArgs> = {}) {
  return recordedResources(
    () => new WorkloadSidecarSettings("web", { namespace: "shop", selector, ...args }),
  );
}

describe("settings for workloads", () => {
  it("are a layer, then its rollout, below the component, and nothing is published", async () => {
    const recorded = await registered();
    assert.deepEqual(
      recorded.map(({ name, lineage }) => [name, lineage]),
      [
        ["web", component],
        ["web-layer", `${component}$${layerType}`],
        ["web-rollout", `${component}$${rolloutType}`],
      ],
    );
  });

  it("reach the layer with its selector, priority and name; the rollout knows the name", async () => {
    const recorded = await registered({
      priority: 10,
      workloadName: "front",
      logLevel: "debug",
      env: { GREETING: "hi" },
      rollout: { maxConcurrent: 1 },
    });
    const target = { namespace: "shop", workload: "front", injector: {}, cluster: {} };
    assert.deepEqual(inputsOf(recorded, "web-layer"), {
      ...target,
      selector,
      priority: 10,
      logLevel: "debug",
      env: { GREETING: "hi" },
      owner: "acme/mesh/prod:web",
      rollout: { maxConcurrent: 1 },
    });
    assert.deepEqual(inputsOf(recorded, "web-rollout"), { ...target, maxConcurrent: 1 });
  });

  it("have the resource's name among the namespace's, and no priority, where nothing else is said", async () => {
    const inputs = inputsOf(await registered(), "web-layer");
    assert.equal(inputs.workload, "web");
    assert.equal("priority" in inputs, false);
  });

  it("are never a whole namespace's or mesh's, though outputs turn out to be missing", async () => {
    const missing = pulumi.output(undefined) as unknown as pulumi.Output<string>;
    const recorded = await registered({ namespace: missing, workloadName: missing });
    for (const name of ["web-layer", "web-rollout"]) {
      const { namespace, workload } = inputsOf(recorded, name);
      assert.deepEqual({ namespace, workload }, { namespace: null, workload: "web" }, name);
    }
  });

  it("may select by outputs of other resources, at any depth", async () => {
    const recorded = await registered({
      selector: { matchLabels: { app: pulumi.output("web") }, matchExpressions: pulumi.output([]) },
      env: pulumi.output({ GREETING: "hi" }),
    });
    const inputs = inputsOf(recorded, "web-layer");
    assert.deepEqual(inputs.selector, { matchLabels: { app: "web" }, matchExpressions: [] });
    assert.deepEqual(inputs.env, { GREETING: "hi" });
  });
});
