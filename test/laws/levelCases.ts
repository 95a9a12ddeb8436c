import type { SidecarFields } from "../../provider/pod/sidecarFields";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";

export interface LevelCase {
  settings: SidecarSettings;
  /** What pods with it show, whatever else they show. */
  shows: SidecarFields;
  /** The levels that may not have it. Default: none. */
  notAt?: readonly ("global" | "namespace" | "workload" | "pod")[];
  /** Where it can't show: an installation whose pods show it anyway, or never. */
  notIn?: "native" | "classic";
}

const amounts = (container: string, cpu: string, memory: string, kind = "limits") => ({
  [`${container} ${kind}.cpu`]: cpu,
  [`${container} ${kind}.memory`]: memory,
});
const everywhere = (name: string, value: string) => ({
  [`istio-proxy env ${name}`]: value,
  [`istio-init env ${name}`]: value,
  [`PROXY_CONFIG proxyMetadata.${name}`]: value,
});
const drained = { exec: { command: ["pilot-agent", "request", "POST", "drain"] } };

/** For each setting what a pod shows with it: by setting path, or by what is told apart. */
export const levelCases: Readonly<Record<string, LevelCase>> = {
  "proxyResources.limits": {
    settings: { proxyResources: { limits: { cpu: 1, memory: "600Mi" } } },
    shows: amounts("istio-proxy", "1", "600Mi"),
  },
  "proxyResources.requests": {
    settings: { proxyResources: { requests: { cpu: "150m", memory: "200Mi" } } },
    shows: amounts("istio-proxy", "150m", "200Mi", "requests"),
  },
  proxyResources: {
    settings: {
      proxyResources: { limits: { cpu: 1, memory: "600Mi" }, requests: { cpu: "150m", memory: "200Mi" } },
    },
    shows: {
      ...amounts("istio-proxy", "1", "600Mi"),
      ...amounts("istio-proxy", "150m", "200Mi", "requests"),
      ...amounts("istio-init", "1", "600Mi"),
    },
  },
  "initResources.limits": {
    settings: { initResources: { limits: { cpu: "700m", memory: "300Mi" } } },
    shows: { ...amounts("istio-init", "700m", "300Mi"), ...amounts("istio-proxy", "2", "1Gi") },
  },
  "initResources.requests": {
    settings: { initResources: { requests: { cpu: "15m", memory: "16Mi" } } },
    shows: { ...amounts("istio-init", "15m", "16Mi", "requests"), "istio-proxy requests.cpu": "100m" },
  },
  scaledResources: {
    settings: { scaledResources: { percent: 25, of: "largest" } },
    // of the application's 1 core and 400Mi, 200m and 100Mi
    shows: {
      ...amounts("istio-proxy", "250m", "100Mi"),
      ...amounts("istio-proxy", "50m", "25Mi", "requests"),
      "istio-init limits.cpu": "2",
    },
    notAt: ["pod"],
  },
  "capture.includeOutboundIPRanges": {
    settings: { capture: { includeOutboundIPRanges: ["10.0.0.0/8"] } },
    shows: { "istio-init includeOutboundIPRanges": "10.0.0.0/8" },
  },
  "capture.excludeOutboundIPRanges": {
    settings: { capture: { excludeOutboundIPRanges: "192.168.0.1/32, 192.168.1.1/32" } },
    shows: { "istio-init excludeOutboundIPRanges": "192.168.0.1/32,192.168.1.1/32" },
  },
  "capture.includeInboundPorts": {
    settings: { capture: { includeInboundPorts: [8080] } },
    shows: { "istio-init includeInboundPorts": "8080" },
  },
  "capture.excludeInboundPorts": {
    settings: { capture: { excludeInboundPorts: [7013] } },
    shows: { "istio-init excludeInboundPorts": "7013,15020,15021,15090" },
  },
  "capture.includeOutboundPorts": {
    settings: { capture: { includeOutboundPorts: [7015] } },
    shows: { "istio-init includeOutboundPorts": "7015" },
  },
  "capture.excludeOutboundPorts": {
    settings: { capture: { excludeOutboundPorts: [7011] } },
    shows: { "istio-init excludeOutboundPorts": "7011" },
  },
  "capture.excludeInterfaces": {
    settings: { capture: { excludeInterfaces: ["eth1", "eth2"] } },
    shows: { "istio-init excludeInterfaces": "eth1,eth2" },
  },
  interceptionMode: {
    settings: { interceptionMode: "TPROXY" },
    shows: {
      "istio-init interceptionMode": "TPROXY",
      "istio-proxy env ISTIO_META_INTERCEPTION_MODE": "TPROXY",
    },
  },
  alwaysExclude: {
    settings: {
      alwaysExclude: {
        outboundIPRanges: ["169.254.169.254/32"],
        inboundPorts: [9191],
        outboundPorts: [9999],
      },
    },
    shows: {
      "istio-init excludeOutboundIPRanges": "169.254.169.254/32",
      "istio-init excludeInboundPorts": "9191,15020,15021,15090",
      "istio-init excludeOutboundPorts": "9999",
    },
    notAt: ["pod"],
  },
  "lifecycle.postStart": {
    settings: { lifecycle: { postStart: { exec: { command: ["pilot-agent", "wait"] } } } },
    shows: { "istio-proxy lifecycle.postStart": '{"exec":{"command":["pilot-agent","wait"]}}' },
  },
  "lifecycle.preStop": {
    settings: { lifecycle: { preStop: drained } },
    shows: { "istio-proxy lifecycle.preStop": JSON.stringify(drained) },
  },
  terminationDrainDuration: {
    settings: { terminationDrainDuration: "1m" },
    shows: { "PROXY_CONFIG terminationDrainDuration": "60s" },
  },
  drainDuration: {
    settings: { drainDuration: 20 },
    shows: { "PROXY_CONFIG drainDuration": "20s" },
  },
  minimumDrainDuration: {
    settings: { minimumDrainDuration: "7s" },
    shows: everywhere("MINIMUM_DRAIN_DURATION", "7s"),
  },
  exitOnZeroActiveConnections: {
    settings: { exitOnZeroActiveConnections: true },
    shows: everywhere("EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "true"),
  },
  "holdApplicationUntilProxyStarts, with native sidecars": {
    settings: { holdApplicationUntilProxyStarts: true, nativeSidecar: true },
    shows: { "istio-proxy kind": "native" },
  },
  "holdApplicationUntilProxyStarts, on a pod": {
    settings: { holdApplicationUntilProxyStarts: true },
    shows: { "istio-proxy lifecycle.postStart": '{"exec":{"command":["pilot-agent","wait"]}}' },
    notAt: ["global", "namespace", "workload"],
    notIn: "native",
  },
  "nativeSidecar: true": { settings: { nativeSidecar: true }, shows: { "istio-proxy kind": "native" } },
  "nativeSidecar: false": { settings: { nativeSidecar: false }, shows: { "istio-proxy kind": "classic" } },
  dnsProxy: {
    settings: { dnsProxy: true },
    shows: {
      ...everywhere("ISTIO_META_DNS_CAPTURE", "true"),
      ...everywhere("ISTIO_META_DNS_AUTO_ALLOCATE", "true"),
    },
  },
  readinessProbe: {
    settings: { readinessProbe: { initialDelaySeconds: 3, periodSeconds: 9, failureThreshold: 11 } },
    shows: {
      "istio-proxy readinessProbe.initialDelaySeconds": "3",
      "istio-proxy readinessProbe.periodSeconds": "9",
      "istio-proxy readinessProbe.failureThreshold": "11",
    },
  },
  "startupProbe.enabled": {
    settings: { startupProbe: { enabled: false } },
    shows: { "istio-proxy startupProbe": "false" },
    notAt: ["pod"],
  },
  "startupProbe.failureThreshold": {
    settings: { startupProbe: { failureThreshold: 77 } },
    shows: { "istio-proxy startupProbe": "true", "istio-proxy startupProbe.failureThreshold": "77" },
    notAt: ["pod"],
  },
  logLevel: { settings: { logLevel: "debug" }, shows: { "istio-proxy proxyLogLevel": "debug" } },
  componentLogLevel: {
    settings: { componentLogLevel: { upstream: "debug", misc: "error" } },
    shows: { "istio-proxy proxyComponentLogLevel": "upstream:debug,misc:error" },
  },
  agentLogLevel: {
    settings: { agentLogLevel: "default:warn" },
    shows: { "istio-proxy log_output_level": "default:warn", "istio-init log_output_level": "default:warn" },
  },
  concurrency: { settings: { concurrency: 3 }, shows: { "PROXY_CONFIG concurrency": "3" } },
  privileged: {
    settings: { privileged: true },
    shows: { "istio-proxy securityContext.privileged": "true" },
    notAt: ["pod"],
  },
  seccompProfile: {
    settings: { seccompProfile: { type: "RuntimeDefault" } },
    shows: { "istio-proxy securityContext.seccompProfile": '{"type":"RuntimeDefault"}' },
  },
  imageType: { settings: { imageType: "distroless" }, shows: { "istio-proxy image type": "distroless" } },
  imagePullPolicy: {
    settings: { imagePullPolicy: "Never" },
    shows: { "istio-proxy imagePullPolicy": "Never" },
  },
  statsMatcher: {
    settings: {
      statsMatcher: {
        inclusionPrefixes: ["cluster.outbound"],
        inclusionSuffixes: ["timeout"],
        inclusionRegexps: [".*a{1,2}"],
      },
    },
    shows: {
      "PROXY_CONFIG proxyStatsMatcher.inclusionPrefixes": '["cluster.outbound"]',
      "PROXY_CONFIG proxyStatsMatcher.inclusionSuffixes": '["timeout"]',
      "PROXY_CONFIG proxyStatsMatcher.inclusionRegexps": '[".*a{1,2}"]',
    },
  },
  extraStatTags: {
    settings: { extraStatTags: ["destination_port"] },
    shows: { "PROXY_CONFIG extraStatTags": '["destination_port"]' },
  },
  tracing: {
    settings: { tracing: { sampling: 12.5, customTags: { "team.name": { literal: { value: "shop" } } } } },
    shows: {
      "PROXY_CONFIG tracing.sampling": "12.5",
      "PROXY_CONFIG tracing.customTags.team.name": '{"literal":{"value":"shop"}}',
    },
  },
  runtimeValues: {
    settings: { runtimeValues: { "overload.global_downstream_max_connections": 50000 } },
    shows: { "PROXY_CONFIG runtimeValues.overload.global_downstream_max_connections": "50000" },
  },
  env: {
    settings: { env: { GREETING: "hello: {{ world }}" } },
    shows: everywhere("GREETING", "hello: {{ world }}"),
  },
};

/** Settings that show as a container of their own. */
export const shownByNoField: readonly string[] = ["enableCoreDump"];
