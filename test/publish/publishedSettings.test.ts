import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { publishedSettings } from "../../provider/publish/publishedSettings";
import { nested } from "../../provider/settings/canonicalSettings";
import { everySetting, samplePaths } from "../settings/settingSamples";

const header = `# Sidecar settings that new pods of this namespace get, and the level that each comes from.
# A pod's own annotations win over all of them, and another template, webhook or policy may overrule them:
# npx sidecar-settings explain deployment/NAME says what one workload's pods have. Written by pulumi-istio-sidecar.
`;

describe("published settings", () => {
  it("show each value with its level beside it", () => {
    const effective = nested({
      "proxyResources.limits.cpu": "2",
      "proxyResources.limits.memory": "1Gi",
      "capture.includeInboundPorts": "*",
      "capture.excludeInboundPorts": "",
      "lifecycle.preStop": { exec: { command: ["pilot-agent", "drain"] } },
      terminationDrainDuration: "10s",
      dnsProxy: false,
    });
    const sources = {
      "proxyResources.limits.cpu": "namespace",
      "proxyResources.limits.memory": "global",
      "capture.includeInboundPorts": "installed",
      "capture.excludeInboundPorts": "namespace",
      "lifecycle.preStop": "namespace",
      terminationDrainDuration: "global",
      dnsProxy: "namespace",
    };
    assert.equal(
      publishedSettings(effective, sources),
      `${header}
proxyResources:
  limits:
    cpu: "2" # namespace
    memory: 1Gi # global
capture:
  includeInboundPorts: "*" # installed
  excludeInboundPorts: "" # namespace
lifecycle:
  preStop:
    # namespace
    exec:
      command:
        - pilot-agent
        - drain
terminationDrainDuration: 10s # global
dnsProxy: false # namespace
`,
    );
  });

  it("are YAML that reads as the settings, for every setting", () => {
    const sources = Object.fromEntries(samplePaths.map((path) => [path, "global"]));
    const text = publishedSettings(everySetting(1), sources);
    assert.deepEqual(parse(text), everySetting(1));
    assert.equal(text.match(/# global$/gm)?.length, samplePaths.length);
  });

  it("of nothing are an empty map", () => {
    assert.equal(publishedSettings({}, {}), `${header}\n{}\n`);
  });

  it("stay on one line each, however long", () => {
    const ports = Array.from({ length: 200 }, (_, at) => 8000 + at).join(",");
    const command = ["sh", "-c", "sleep 1; ".repeat(50).trim()];
    const text = publishedSettings(
      nested({ "capture.excludeInboundPorts": ports, "lifecycle.preStop": { exec: { command } } }),
      {},
    );
    assert.ok(text.includes(`excludeInboundPorts: ${ports}\n`));
    assert.ok(text.includes(`- ${command[2]}\n`));
  });

  it("with hostile text in a hook are still YAML of that text", () => {
    const command = ["sh", "-c", 'a\n---\nb: "c" # d\n{{ e }}\n&f *g', "\u001b[31m\u0000"];
    const effective = nested({ "lifecycle.preStop": { exec: { command } } });
    assert.deepEqual(parse(publishedSettings(effective, { "lifecycle.preStop": "namespace" })), effective);
  });
});
