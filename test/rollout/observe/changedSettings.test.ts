import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Container, PodTemplate } from "../../../provider/cluster/podTemplate";
import { changedSettings } from "../../../provider/rollout/observe/changedSettings";

const pod = (...containers: Container[]): PodTemplate => ({
  spec: { containers: [{ name: "app" }, ...containers] },
});
const proxy: Container = { name: "istio-proxy", resources: { limits: { cpu: "1500m" } } };
const before = { "proxyResources.limits.cpu": "2" };
const after = { "proxyResources.limits.cpu": "3" };
const init = { "initResources.limits.cpu": "1" };

describe("a proxy's amount that changes", () => {
  const rows: [string, PodTemplate, object, string[]][] = [
    ["shows on a plain pod", pod(), {}, ["proxyResources.limits.cpu"]],
    ["shows on istio-init if the pod's own proxy has one", pod(proxy), {}, ["initResources.limits.cpu"]],
    ["shows nowhere if settings give istio-init its own", pod(proxy), init, []],
    ["shows nowhere if the pod gives it to both", pod(proxy, { ...proxy, name: "istio-init" }), {}, []],
    [
      "shows nowhere if an annotation makes Istio drop all amounts",
      { ...pod(proxy), metadata: { annotations: { "sidecar.istio.io/proxyMemory": "1Gi" } } },
      {},
      [],
    ],
  ];
  for (const [what, template, more, fields] of rows) {
    it(what, () => {
      const change = { before: { ...before, ...more }, after: { ...after, ...more } };
      const expected = fields.map((field) => ({ field, from: "2", to: "3" }));
      assert.deepEqual(changedSettings(change, template), expected);
    });
  }
});
