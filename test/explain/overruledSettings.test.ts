import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PodTemplate } from "../../provider/cluster/podTemplate";
import { explainSidecar } from "../../provider/explain/explainSidecar";
import { overruledSettings, overruledText } from "../../provider/explain/overruledSettings";
import { sidecarFields } from "../../provider/pod/sidecarFields";
import { injectedPod } from "../rollout/injectedPod";

const template: PodTemplate = { spec: { containers: [{ name: "app", image: "app:1" }] } };
const layers = { shop: { owner: "a/b/c:shop", settings: { "proxyResources.limits.cpu": "1400m" } } };
const found = (cpu: string, on: PodTemplate = template) => {
  const pod = injectedPod({ proxy: { resources: { limits: { cpu } } } });
  const fields = sidecarFields(pod) ?? {};
  // a template of its own decides the init container as well: it shows the proxy's amounts otherwise
  return overruledSettings(explainSidecar(on, { namespace: "shop", layers }), {
    ...fields,
    "istio-init limits.cpu": "1400m",
  });
};

describe("settings that are overruled", () => {
  it("are those whose pod shows another value", () => {
    assert.deepEqual(found("300m"), [
      {
        setting: "proxyResources.limits.cpu",
        source: "namespace",
        field: "istio-proxy limits.cpu",
        expected: "1400m",
        got: "300m",
      },
    ]);
  });

  it("are none where the pod shows what was promised, or overrides it", () => {
    assert.deepEqual(found("1400m"), []);
    const own = {
      ...template,
      metadata: { annotations: { "sidecar.istio.io/proxyCPULimit": "300m" } },
    };
    assert.deepEqual(found("300m", own), []);
  });

  it("are none where Istio adds ports of its own to a list, and one where an entry is missing", () => {
    const ports = (settings: Record<string, string>) =>
      overruledSettings(
        explainSidecar(template, { namespace: "shop", layers: { shop: { owner: "a/b/c:shop", settings } } }),
        { "istio-init excludeInboundPorts": "9191,15020,15021,15090" },
      ).map(({ setting, expected }) => [setting, expected]);
    assert.deepEqual(ports({ "capture.excludeInboundPorts": "9191" }), []);
    assert.deepEqual(ports({ "capture.excludeInboundPorts": "" }), []);
    assert.deepEqual(ports({ "capture.excludeInboundPorts": "9191,9192" }), [
      ["capture.excludeInboundPorts", "9191,9192"],
    ]);
  });

  it("are reported with who may have done it", () => {
    assert.equal(overruledText([], ["greeting"]), undefined);
    assert.equal(
      overruledText(found("300m"), []),
      "overruled by another webhook or policy: proxyResources.limits.cpu: expected 1400m, got 300m",
    );
    assert.match(
      overruledText(found("300m"), ["greeting"]) ?? "",
      /^overruled by the injector's template greeting, or by another webhook or policy: /,
    );
  });
});
