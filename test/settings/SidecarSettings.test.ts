import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { declarations } from "../../provider/settings/declarations";
import type { LifecycleHook } from "../../provider/settings/lifecycleHook";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import type { ScaledResources } from "../../provider/settings/scaledResources";
import type { SeccompProfile } from "../../provider/settings/seccompProfile";
import { everything, otherwise } from "../laws/lawSettings";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type IsWhole<Value> = Value extends string | number | boolean | readonly unknown[]
  ? true
  : Same<Value, LifecycleHook> extends true
    ? true
    : Same<Value, ScaledResources> extends true
      ? true
      : Same<Value, SeccompProfile> extends true
        ? true
        : Value extends object
          ? string extends keyof Value
            ? true
            : false
          : true;
type PathsOf<Settings> = {
  [Key in keyof Settings & string]-?: true extends IsWhole<NonNullable<Settings[Key]>>
    ? Key
    : `${Key}.${PathsOf<NonNullable<Settings[Key]>>}`;
}[keyof Settings & string];

/** The compiler holds these to the interface, and the test holds them to the declarations. */
const paths: Record<PathsOf<SidecarSettings>, true> = {
  "proxyResources.limits.cpu": true,
  "proxyResources.limits.memory": true,
  "proxyResources.requests.cpu": true,
  "proxyResources.requests.memory": true,
  "initResources.limits.cpu": true,
  "initResources.limits.memory": true,
  "initResources.requests.cpu": true,
  "initResources.requests.memory": true,
  scaledResources: true,
  "capture.includeOutboundIPRanges": true,
  "capture.excludeOutboundIPRanges": true,
  "capture.includeInboundPorts": true,
  "capture.excludeInboundPorts": true,
  "capture.includeOutboundPorts": true,
  "capture.excludeOutboundPorts": true,
  "capture.excludeInterfaces": true,
  interceptionMode: true,
  "alwaysExclude.outboundIPRanges": true,
  "alwaysExclude.inboundPorts": true,
  "alwaysExclude.outboundPorts": true,
  "lifecycle.postStart": true,
  "lifecycle.preStop": true,
  terminationDrainDuration: true,
  drainDuration: true,
  minimumDrainDuration: true,
  exitOnZeroActiveConnections: true,
  holdApplicationUntilProxyStarts: true,
  nativeSidecar: true,
  dnsProxy: true,
  "readinessProbe.initialDelaySeconds": true,
  "readinessProbe.periodSeconds": true,
  "readinessProbe.failureThreshold": true,
  "startupProbe.enabled": true,
  "startupProbe.failureThreshold": true,
  logLevel: true,
  componentLogLevel: true,
  agentLogLevel: true,
  concurrency: true,
  privileged: true,
  enableCoreDump: true,
  seccompProfile: true,
  imageType: true,
  imagePullPolicy: true,
  "statsMatcher.inclusionPrefixes": true,
  "statsMatcher.inclusionSuffixes": true,
  "statsMatcher.inclusionRegexps": true,
  extraStatTags: true,
  "tracing.sampling": true,
  "tracing.customTags": true,
  runtimeValues: true,
  env: true,
};

describe("the interface of settings", () => {
  it("has the paths that are declared, and no other", () => {
    assert.deepEqual(Object.keys(paths).sort(), declarations.map(({ path }) => path).sort());
  });

  it("takes what is read without a problem: a value for every setting, and another one", () => {
    for (const written of [everything, otherwise]) {
      const { value: settings, problems } = parseSettings(written);
      assert.deepEqual(problems, []);
      const missing = declarations
        .map(({ path }) => path)
        .filter((path) => !Object.keys(settings).some((one) => one === path || one.startsWith(`${path}.`)));
      // not with releases whose template has it no more
      assert.deepEqual(missing, ["enableCoreDump"]);
    }
  });
});
