import { parseBoolean } from "../choice.js";
import { parseSeconds } from "../duration.js";
import type { JsonSchema } from "../JsonSchema.js";
import { lifecycleHookSchema, parseLifecycleHook } from "../lifecycleHook.js";
import type { SettingDeclaration } from "../SettingDeclaration.js";
import { proxyConfigSetting, proxyMetadataSetting, setting } from "./setting.js";

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
    podFields: [{ in: "container", of: "istio-proxy", path: ["lifecycle", name], as: "hook" }],
    overrides: [{ by: "container", of: "istio-proxy", path: ["lifecycle", name] }],
    foreign: [{ in: "asm", paths: [["lifecycle", name]] }],
    schema: lifecycleHookSchema,
    about: {
      summary: `what istio-proxy runs ${when}; any hook of yours takes Istio's own hooks away`,
      istio: `Helm \`global.proxy.lifecycle.${name}\``,
      asm: `Lifecycle, ${name === "preStop" ? "PreStop" : "PostStart"}`,
      why: "one hook is one setting: a deep merge could leave a hook with two handlers",
    },
  });
}

export const lifetime: readonly SettingDeclaration[] = [
  hook("postStart", "when it has started"),
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
      why: "PROXY_CONFIG is what agents read; the variable is what older ones and ASM's show",
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
        "how long a terminating sidecar drains at least, where it exits on zero active connections; Istio's default is 5s",
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
      summary: "whether a terminating sidecar ends as soon as it has no connections",
      istio: "variable `EXIT_ON_ZERO_ACTIVE_CONNECTIONS` of the agent",
      asm: "ProxyMetadata",
    },
  }),
  setting({
    path: "holdApplicationUntilProxyStarts",
    parse: parseBoolean,
    rendering: { to: "expression", name: "hold" },
    // shows as a hook, which the lifecycle settings compare
    podFields: [],
    overrides: [{ by: "proxyConfig", path: ["holdApplicationUntilProxyStarts"] }],
    foreign: [{ in: "asm", paths: [["holdApplicationUntilProxyStarts"]] }],
    needs: {
      path: "nativeSidecar",
      value: true,
      when: true,
      why: "Istio puts the sidecar before the application by the mesh's configuration and the pod's annotation only",
      todo: "set nativeSidecar: true beside it, with which the application always waits (Istio 1.27 and newer), or put it on the workload's pods with withSidecarSettings",
    },
    schema: { type: "boolean" },
    about: {
      summary: "whether the application's containers wait for the sidecar",
      istio: "`ProxyConfig.holdApplicationUntilProxyStarts`",
      asm: "HoldApplicationUntilProxyStarts",
      why: "true needs native sidecars above the pod level; false takes the mesh's waiting hook away",
    },
  }),
  setting({
    path: "nativeSidecar",
    parse: parseBoolean,
    rendering: { to: "expression", name: "nativeSidecar" },
    podFields: [{ in: "sidecarKind" }],
    overrides: [
      { by: "annotation", name: "sidecar.istio.io/nativeSidecar" },
      // where a pod has an istio-proxy of its own, its place is decided
      { by: "presence", of: "istio-proxy" },
    ],
    schema: { type: "boolean" },
    about: {
      summary: "whether istio-proxy is a native sidecar: an init container that runs on",
      istio: "istiod's `ENABLE_NATIVE_SIDECARS`, annotation `sidecar.istio.io/nativeSidecar`",
      asm: "native sidecar mode",
      nodes: "nodes of Kubernetes 1.29 and newer",
    },
  }),
];
