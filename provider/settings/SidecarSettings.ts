import type { CustomTag } from "./customTag.js";
import type { LifecycleHook } from "./lifecycleHook.js";
import type { agentLogLevels, envoyLogLevels } from "./logLevel.js";
import type { ScaledResources } from "./scaledResources.js";
import type { SeccompProfile } from "./seccompProfile.js";

/** Any text: values from configuration or other resources are checked at run time. */
type AnyText = string & {};

/** CPU in cores: 2, 0.5, "500m". Canonical "2", "500m". */
export type Cpu = number | `${number}` | `${number}m` | `${number} cores` | AnyText;

/** Memory with its unit: "128Mi", "1Gi", "1025 MiB". Canonical "128Mi", "1Gi". */
export type Memory =
  | number
  | `${number}${"" | " "}${"Ki" | "Mi" | "Gi" | "Ti" | "KiB" | "MiB" | "GiB" | "TiB" | "k" | "M" | "G" | "T"}`
  | AnyText;

/** An array or comma-separated text. `[]` means none; leave it out for "not set". */
export type List<Entry> = Entry[] | string;

export interface ResourceAmounts {
  /** Default: the next weaker level's. ASM: the CPU parameter. */
  cpu?: Cpu;
  /** Default: the next weaker level's. ASM: the Memory parameter. */
  memory?: Memory;
}

/** Each of the four values is merged separately over the weaker levels. */
export interface Resources {
  /** The most that the container may use. */
  limits?: ResourceAmounts;
  /** What the container is guaranteed. At most the limit. */
  requests?: ResourceAmounts;
}

/**
 * Which traffic goes through the sidecar. A stronger level's list replaces a weaker level's. Excluded outbound ranges and ports take
 * precedence over included ones; excluded inbound ports only have an effect if `includeInboundPorts` is `*`.
 */
export interface Capture {
  /** Outbound IP ranges that the sidecar captures, or "*". Helm: `global.proxy.includeIPRanges`. ASM: blocked addresses for external access. */
  includeOutboundIPRanges?: List<string>;
  /** Outbound IP ranges that the sidecar doesn't capture. Helm: `global.proxy.excludeIPRanges`. ASM: address range that does not block external access. */
  excludeOutboundIPRanges?: List<string>;
  /** Inbound ports that the sidecar captures, or "*". Helm: `global.proxy.includeInboundPorts`. */
  includeInboundPorts?: List<number | string>;
  /** Inbound ports that the sidecar doesn't capture; 15090, 15021 and the status port are never captured. Helm: `global.proxy.excludeInboundPorts`. */
  excludeInboundPorts?: List<number | string>;
  /** Outbound ports captured for any destination address. Helm: `global.proxy.includeOutboundPorts`. */
  includeOutboundPorts?: List<number | string>;
  /** Outbound ports that the sidecar doesn't capture. Helm: `global.proxy.excludeOutboundPorts`. */
  excludeOutboundPorts?: List<number | string>;
  /** Network interfaces whose traffic isn't captured: "eth1". Istio: annotation `traffic.sidecar.istio.io/excludeInterfaces`. */
  excludeInterfaces?: List<string>;
}

/** A duration in whole seconds, 1s to 24h: "10s", "1m30s", 90. */
export type Seconds = `${number}s` | AnyText | number;

/** istio-proxy's readiness probe. Helm: `global.proxy.readiness…`. ASM: Readiness…. */
export interface ReadinessProbe {
  /** In seconds, at least 0. */
  initialDelaySeconds?: number | AnyText;
  /** In seconds, at least 1. */
  periodSeconds?: number | AnyText;
  /** Consecutive failures, at least 1. */
  failureThreshold?: number | AnyText;
}

/** istio-proxy's startup probe, which runs once per second. Helm: `global.proxy.startupProbe`; Istio 1.20 and newer. */
export interface StartupProbe {
  /** Default: Istio's, which is true. */
  enabled?: boolean;
  /** How many seconds istio-proxy may take to start. */
  failureThreshold?: number | AnyText;
}

/** Envoy statistics that are kept in addition to Istio's defaults. Istio: `ProxyConfig.proxyStatsMatcher`. ASM: ProxyStatsMatcher. */
export interface StatsMatcher {
  inclusionPrefixes?: string[] | string;
  inclusionSuffixes?: string[] | string;
  /** RE2: no lookaround or backreferences. */
  inclusionRegexps?: string[] | string;
}

/** Istio: `ProxyConfig.tracing`; Telemetry resources take precedence. ASM: Tracing. */
export interface Tracing {
  /** Percentage of requests that are traced, 0.01 to 100, with at most two decimals. Not 0, which Istio treats as its default of 1. */
  sampling?: number | AnyText;
  /** Span tags by name; merged by name across levels. */
  customTags?: Record<string, CustomTag>;
}

/** Hooks of the istio-proxy container. Any hook replaces all of Istio's own: those that drain a native sidecar and hold the application. Helm: `global.proxy.lifecycle`. */
export interface Lifecycle {
  /** Default: the next weaker level's hook. */
  postStart?: LifecycleHook;
  /** Default: the next weaker level's hook. */
  preStop?: LifecycleHook;
}

/** Excluded regardless of what stronger levels list: added to their excludes, and to those in a pod's annotations. */
export interface AlwaysExclude {
  /** Added to every list of excluded outbound IP ranges. */
  outboundIPRanges?: List<string>;
  /** Added to every list of excluded inbound ports. */
  inboundPorts?: List<number | string>;
  /** Added to every list of excluded outbound ports. */
  outboundPorts?: List<number | string>;
}

/** One level's settings. What is left out comes from the next weaker level. */
export interface SidecarSettings {
  /** CPU and memory of istio-proxy, and of istio-init unless `initResources` sets them. Helm: `global.proxy.resources`. */
  proxyResources?: Resources;
  /** CPU and memory of istio-init only (istio-validation with Istio CNI). */
  initResources?: Resources;
  /** Which traffic goes through the sidecar. */
  capture?: Capture;
  /** Hooks of the istio-proxy container. */
  lifecycle?: Lifecycle;
  /** How long a terminating sidecar drains, in whole seconds: "10s". Istio: `ProxyConfig.terminationDrainDuration`, by default 5s. */
  terminationDrainDuration?: Seconds;
  /** How long Envoy drains connections at a hot restart or listener change. Istio: `ProxyConfig.drainDuration`, by default 45s. ASM: DrainDuration. */
  drainDuration?: Seconds;
  /** Minimum time that a terminating sidecar drains before it exits on zero active connections. Istio: `MINIMUM_DRAIN_DURATION`, by default 5s. */
  minimumDrainDuration?: Seconds;
  /** Whether a terminating sidecar exits as soon as it has no active connections. Istio: `EXIT_ON_ZERO_ACTIVE_CONNECTIONS`, by default false. */
  exitOnZeroActiveConnections?: boolean;
  /**
   * Whether the application's containers wait for the sidecar. Above the pod level, true requires `nativeSidecar: true` as well: Istio
   * only moves the sidecar to the front for the mesh config or the pod's annotation. ASM: HoldApplicationUntilProxyStarts.
   */
  holdApplicationUntilProxyStarts?: boolean;
  /** Whether istio-proxy is a native sidecar. Istio: annotation `sidecar.istio.io/nativeSidecar`; by default istiod decides by the nodes' versions. Istio 1.27 and newer. */
  nativeSidecar?: boolean;
  /** How iptables redirects traffic to the sidecar. Istio: `ProxyConfig.interceptionMode`, by default REDIRECT. NONE can only be set on pods. ASM: InterceptionMode. */
  interceptionMode?: "REDIRECT" | "TPROXY" | AnyText;
  /** Whether the sidecar proxies DNS, and allocates addresses for hosts without one. Istio: `ISTIO_META_DNS_CAPTURE` and `ISTIO_META_DNS_AUTO_ALLOCATE`. */
  dnsProxy?: boolean;
  /** Never captured, regardless of what stronger levels list. */
  alwaysExclude?: AlwaysExclude;
  /** CPU and memory of istio-proxy as a percentage of the application's. ASM: ScaledSidecarResource. */
  scaledResources?: ScaledResources;
  /** istio-proxy's readiness probe. */
  readinessProbe?: ReadinessProbe;
  /** istio-proxy's startup probe. */
  startupProbe?: StartupProbe;
  /** Envoy's log level. Helm: `global.proxy.logLevel`, by default warning. ASM: LogLevel. */
  logLevel?: (typeof envoyLogLevels)[number] | AnyText;
  /** Log levels of Envoy components: "upstream:debug,misc:error", or a map. Helm: `global.proxy.componentLogLevel`. */
  componentLogLevel?: string | Record<string, (typeof envoyLogLevels)[number] | AnyText>;
  /** Log level of the agent, as a whole or by scope: "default:info,ads:debug", or a map. Helm: `global.logging.level`. */
  agentLogLevel?: string | Record<string, (typeof agentLogLevels)[number] | AnyText>;
  /** Envoy's worker threads; 0 means one per core. Istio: `ProxyConfig.concurrency`, by default from the CPU limit. ASM: Concurrency. */
  concurrency?: number | AnyText;
  /** Whether istio-proxy and istio-init run privileged. Helm: `global.proxy.privileged`. ASM: Privileged. */
  privileged?: boolean;
  /** Whether an init container enables core dumps of istio-proxy. Istio up to 1.23. Helm: `global.proxy.enableCoreDump`. ASM: EnableCoreDump. */
  enableCoreDump?: boolean;
  /** Seccomp profile of istio-proxy and istio-init. Helm: `global.proxy.seccompProfile`; Istio 1.28 and newer. */
  seccompProfile?: SeccompProfile;
  /** Variant of the sidecar's image. Helm: `global.variant`, annotation `sidecar.istio.io/proxyImageType`. */
  imageType?: "default" | "distroless" | "debug" | AnyText;
  /** When the sidecar's image is pulled. Helm: `global.imagePullPolicy`. */
  imagePullPolicy?: "Always" | "IfNotPresent" | "Never" | AnyText;
  /** Which Envoy statistics are kept in addition to Istio's defaults. */
  statsMatcher?: StatsMatcher;
  /** Names of additional tags on Istio's metrics. Istio: `ProxyConfig.extraStatTags`. ASM: ExtraStatTags. */
  extraStatTags?: string[] | string;
  /** Trace sampling and span tags. */
  tracing?: Tracing;
  /** Envoy runtime values by name; merged by name across levels. Istio: `ProxyConfig.runtimeValues`. ASM: RuntimeValues. */
  runtimeValues?: Record<string, string | number | boolean>;
  /** Environment variables of istio-proxy and istio-init by name; merged by name across levels. Istio: `ProxyConfig.proxyMetadata`. ASM: ProxyMetadata. */
  env?: Record<string, string | number | boolean>;
}
