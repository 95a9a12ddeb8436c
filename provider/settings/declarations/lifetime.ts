import { parseBoolean } from "../choice.js";
import { parseSeconds } from "../duration.js";
import type { JsonSchema } from "../JsonSchema.js";
import { lifecycleHookSchema, parseLifecycleHook } from "../lifecycleHook.js";
import type { SettingDeclaration } from "../SettingDeclaration.js";
import { containerField, proxyConfigSetting, proxyMetadataSetting, setting } from "./setting.js";

const durationSchema: JsonSchema = {
  anyOf: [
    { type: "integer", minimum: 1, maximum: 86400 },
    { type: "string", pattern: "^\\s*([0-9]+(\\.[0-9]+)?(ms|h|m|s))+\\s*$" },
  ],
  examples: ["10s", "1m30s"],
};
function hook(name: "postStart" | "preStop", when: string): SettingDeclaration {
  return setting({
    path: `lifecycle.${name}`,
    parse: parseLifecycleHook,
    rendering: { to: "value", path: ["proxy", "lifecycle", name] },
    ...containerField("istio-proxy", ["lifecycle", name], "hook"),
    foreign: [{ in: "asm", paths: [["lifecycle", name]] }],
    schema: lifecycleHookSchema,
    about: {
      summary: `what istio-proxy runs ${when}; any hook replaces all of Istio's own`,
      istio: `Helm \`global.proxy.lifecycle.${name}\``,
      asm: `Lifecycle, ${name === "preStop" ? "PreStop" : "PostStart"}`,
      why: "each hook is one setting: a deep merge could produce a hook with two handlers",
    },
  });
}

export const lifetime: readonly SettingDeclaration[] = [
  hook("postStart", "after it has started"),
  hook("preStop", "before it is stopped"),
  proxyConfigSetting({
    path: "terminationDrainDuration",
    field: ["terminationDrainDuration"],
    secondsEnv: "TERMINATION_DRAIN_DURATION_SECONDS",
    parse: parseSeconds,
    schema: durationSchema,
    about: {
      summary: "how long a terminating sidecar drains; Istio's default is 5s",
      istio: "`ProxyConfig.terminationDrainDuration`",
      asm: "TerminationDrainDuration",
      why: "agents read PROXY_CONFIG; the variable is for older ones and ASM's",
    },
  }),
  proxyConfigSetting({
    path: "drainDuration",
    field: ["drainDuration"],
    parse: parseSeconds,
    schema: durationSchema,
    about: {
      summary:
        "how long Envoy drains connections at a hot restart or listener change; Istio's default is 45s",
      istio: "`ProxyConfig.drainDuration`",
      asm: "DrainDuration",
    },
  }),
  proxyMetadataSetting({
    path: "minimumDrainDuration",
    names: ["MINIMUM_DRAIN_DURATION"],
    parse: parseSeconds,
    schema: durationSchema,
    about: {
      summary:
        "minimum time that a terminating sidecar drains before it exits on zero active connections; Istio's default is 5s",
      istio: "variable `MINIMUM_DRAIN_DURATION` of the agent",
      asm: "ProxyMetadata",
    },
  }),
  proxyMetadataSetting({
    path: "exitOnZeroActiveConnections",
    names: ["EXIT_ON_ZERO_ACTIVE_CONNECTIONS"],
    parse: parseBoolean,
    schema: { type: "boolean" },
    about: {
      summary: "whether a terminating sidecar exits as soon as it has no active connections",
      istio: "variable `EXIT_ON_ZERO_ACTIVE_CONNECTIONS` of the agent",
      asm: "ProxyMetadata",
    },
  }),
  setting({
    path: "holdApplicationUntilProxyStarts",
    parse: parseBoolean,
    rendering: { to: "expression", name: "hold" },
    // visible as a hook, which the lifecycle settings compare
    podFields: [],
    overrides: [{ by: "proxyConfig", path: ["holdApplicationUntilProxyStarts"] }],
    foreign: [{ in: "asm", paths: [["holdApplicationUntilProxyStarts"]] }],
    needs: {
      path: "nativeSidecar",
      value: true,
      when: true,
      why: "Istio only moves the sidecar in front of the application for the mesh config or the pod's annotation",
      todo: "set nativeSidecar: true as well, which always makes the application wait (Istio 1.27 and newer), or set it on the workload's pods using withSidecarSettings",
    },
    schema: { type: "boolean" },
    about: {
      summary: "whether the application's containers wait for the sidecar",
      istio: "`ProxyConfig.holdApplicationUntilProxyStarts`",
      asm: "HoldApplicationUntilProxyStarts",
      why: "above the pod level, true requires native sidecars; false removes the hook that waits",
    },
  }),
  setting({
    path: "nativeSidecar",
    parse: parseBoolean,
    rendering: { to: "expression", name: "nativeSidecar" },
    podFields: [{ in: "sidecarKind" }],
    overrides: [
      { by: "annotation", name: "sidecar.istio.io/nativeSidecar" },
      // a pod with an istio-proxy container of its own has decided its place
      { by: "presence", of: "istio-proxy" },
    ],
    schema: { type: "boolean" },
    about: {
      summary: "whether istio-proxy is a native sidecar: an init container that keeps running",
      istio: "istiod's `ENABLE_NATIVE_SIDECARS`, annotation `sidecar.istio.io/nativeSidecar`",
      asm: "native sidecar mode",
      nodes: "nodes with Kubernetes 1.29 and newer",
    },
  }),
];
