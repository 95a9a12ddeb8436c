import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Container } from "../../provider/cluster/podTemplate";
import { withDefaults } from "../../provider/pod/withDefaults";

const filled = (container: Partial<Container>) =>
  withDefaults({
    metadata: { name: "a" },
    spec: { containers: [{ name: "istio-proxy", ...container }] },
  }).spec.containers[0];

describe("what the API server fills in", () => {
  it("a missing request defaults to the limit", () => {
    const limits = { cpu: "2", memory: "1Gi" };
    assert.deepEqual(filled({ resources: { limits, requests: { cpu: "1" } } })?.resources, {
      limits,
      requests: { cpu: "1", memory: "1Gi" },
    });
    assert.deepEqual(filled({ resources: { requests: { cpu: "1" } } })?.resources, {
      requests: { cpu: "1" },
    });
  });

  const policies: [image: string, policy: string][] = [
    ["proxyv2:1.31", "IfNotPresent"],
    ["proxyv2", "Always"],
    ["registry:5000/proxyv2", "Always"],
    ["proxyv2:latest", "Always"],
    ["proxyv2@sha256:abc", "IfNotPresent"],
  ];
  for (const [image, policy] of policies) {
    it(`the pull policy of ${image} is ${policy}, unless it says one`, () => {
      assert.equal(filled({ image })?.imagePullPolicy, policy);
      assert.equal(filled({ image, imagePullPolicy: "Never" })?.imagePullPolicy, "Never");
    });
  }

  it("a probe gets all its numbers; a missing probe stays missing", () => {
    const container = filled({ startupProbe: { httpGet: { port: 1 }, failureThreshold: 600 } });
    assert.deepEqual(container?.startupProbe, {
      httpGet: { port: 1 },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 600,
    });
    assert.equal("livenessProbe" in (container ?? {}), false);
  });
});
