import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { settingOfField } from "../../provider/pod/settingOfField";
import { fieldName } from "../../provider/pod/sidecarFields";
import { declarations } from "../../provider/settings/declarations";

describe("the setting that a field of a pod shows", () => {
  const rows: [field: string, setting: string | undefined][] = [
    ["istio-proxy limits.cpu", "proxyResources.limits.cpu"],
    ["istio-init requests.memory", "initResources.requests.memory"],
    ["istio-init excludeInboundPorts", "capture.excludeInboundPorts"],
    ["istio-proxy env FOO", "env.FOO"],
    ["PROXY_CONFIG concurrency", "concurrency"],
    ["istio-proxy kind", "nativeSidecar"],
    ["istio-proxy image", undefined],
    ["settings stamp", undefined],
    ["istio-proxy env ", undefined],
  ];
  for (const [field, setting] of rows) {
    it(`${field}: ${setting}`, () => {
      assert.equal(settingOfField(field), setting);
    });
  }

  it("is found for every field that any setting shows", () => {
    for (const { path, open, podFields } of declarations) {
      for (const podField of podFields(open ? "NAME" : "")) {
        const found = settingOfField(fieldName(podField));
        assert.ok(found !== undefined, fieldName(podField));
        // several settings may show in one field, such as the united lists
        if (open) assert.equal(found, `${path}.NAME`);
      }
    }
  });
});
