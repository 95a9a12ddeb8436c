import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GlobalSidecarSettings } from "pulumi-istio-sidecar";
import { inputsOf, layerType, recordedResources, rolloutType } from "./recordedResources";

const component = "istio-sidecar:index:GlobalSidecarSettings";

describe("global settings", () => {
  it("are a layer and its rollout below the component, and nothing is published", async () => {
    const recorded = await recordedResources(() => new GlobalSidecarSettings("mesh-wide"));
    assert.deepEqual(
      recorded.map(({ name, lineage }) => [name, lineage]),
      [
        ["mesh-wide", component],
        ["mesh-wide-layer", `${component}$${layerType}`],
        ["mesh-wide-rollout", `${component}$${rolloutType}`],
      ],
    );
  });

  it("have no namespace, which is what makes them global", async () => {
    const settings = { alwaysExclude: { inboundPorts: [9191] }, dnsProxy: true };
    const recorded = await recordedResources(() => new GlobalSidecarSettings("mesh-wide", settings));
    assert.deepEqual(inputsOf(recorded, "mesh-wide-layer"), {
      ...settings,
      injector: {},
      cluster: {},
      owner: "acme/mesh/prod:mesh-wide",
      rollout: {},
    });
    assert.deepEqual(inputsOf(recorded, "mesh-wide-rollout"), {
      injector: {},
      cluster: {},
    });
  });
});
