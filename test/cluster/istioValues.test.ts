import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Installed, ignoredValues, unseenValues } from "./istioValues";

const installed: Installed = {
  initContainers: ["istio-init", "istio-proxy"],
  values: { global: { proxy: { logLevel: "debug" }, network: "" } },
  mesh: { defaultConfig: { concurrency: 3 } },
};

describe("the Istio settings that a control plane is started with", () => {
  it("took effect where Istio's objects or pods show them", () => {
    const inForce = [
      "values.global.proxy.logLevel=debug",
      "values.global.network=",
      "meshConfig.defaultConfig.concurrency=3",
      "components.cni.enabled=false",
    ];
    assert.deepEqual(unseenValues(inForce), []);
    assert.deepEqual(ignoredValues(inForce, installed), []);
  });

  it("are reported if Istio has something else, or nothing", () => {
    const ignored = [
      "values.global.proxy.logLevel=info",
      "values.global.proxy.image=x=y",
      "meshConfig.defaultConfig.concurrency=4",
      "meshConfig.trustDomain=a",
      "components.cni.enabled=true",
    ];
    assert.deepEqual(ignoredValues(ignored, installed), ignored);
  });

  it("are reported if nothing shows whether they took effect", () => {
    // overridden by components.cni.enabled, and a test once passed without CNI
    assert.deepEqual(unseenValues(["values.pilot.cni.enabled=true", "values.global.network=a"]), [
      "values.pilot.cni.enabled=true",
    ]);
  });
});
