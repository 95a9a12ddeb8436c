import type { LifecycleHook } from "./lifecycleHook.js";

/** CPU in cores: 2, 0.5, "500m". Canonical "2", "500m". */
export type Cpu = number | `${number}` | `${number}m` | `${number} cores`;

/** Memory with its unit: "128Mi", "1Gi", "1025 MiB". Canonical "128Mi", "1Gi". */
export type Memory =
  | number
  | `${number}${"" | " "}${"Ki" | "Mi" | "Gi" | "Ti" | "KiB" | "MiB" | "GiB" | "TiB" | "k" | "M" | "G" | "T"}`;

/** An array, or text with commas; `[]` is "none", leaving it out is "not set". */
export type List<Entry> = Entry[] | string;

export interface ResourceAmounts {
  /** Default: the next weaker level's. ASM: the CPU parameter. */
  cpu?: Cpu;
  /** Default: the next weaker level's. ASM: the Memory parameter. */
  memory?: Memory;
}

/** Each of the four values is merged by itself over the weaker levels. */
export interface Resources {
  /** The most that the container may use. */
  limits?: ResourceAmounts;
  /** What the container is guaranteed; never above the limit. */
  requests?: ResourceAmounts;
}

/**
 * Which traffic goes through the sidecar. Each list is one field: a stronger level's list replaces the weaker one's.
 * Excludes have an effect only where the matching include is `*`.
 */
export interface Capture {
  /** Outbound IP ranges that the sidecar captures, or "*". Helm: `global.proxy.includeIPRanges`. ASM: blocked addresses for external access. */
  includeOutboundIPRanges?: List<string>;
  /** Outbound IP ranges left alone. Helm: `global.proxy.excludeIPRanges`. ASM: address range that does not block external access. */
  excludeOutboundIPRanges?: List<string>;
  /** Inbound ports that the sidecar captures, or "*". Helm: `global.proxy.includeInboundPorts`. */
  includeInboundPorts?: List<number | string>;
  /** Inbound ports left alone; 15090, 15021 and the status port always are. Helm: `global.proxy.excludeInboundPorts`. */
  excludeInboundPorts?: List<number | string>;
  /** Outbound ports captured whatever their address. Helm: `global.proxy.includeOutboundPorts`. */
  includeOutboundPorts?: List<number | string>;
  /** Outbound ports left alone. Helm: `global.proxy.excludeOutboundPorts`. */
  excludeOutboundPorts?: List<number | string>;
}

/** Hooks of the istio-proxy container. They replace Istio's own (the native sidecar's drain, hold's wait). Helm: `global.proxy.lifecycle`. */
export interface Lifecycle {
  /** Default: the next weaker level's hook. */
  postStart?: LifecycleHook;
  /** Default: the next weaker level's hook. */
  preStop?: LifecycleHook;
}

/** What is excluded whatever the stronger levels list: their excludes, and those of a pod's own annotations, are added to it. */
export interface AlwaysExclude {
  /** Added to every list of excluded outbound IP ranges. */
  outboundIPRanges?: List<string>;
  /** Added to every list of excluded inbound ports. */
  inboundPorts?: List<number | string>;
  /** Added to every list of excluded outbound ports. */
  outboundPorts?: List<number | string>;
}

/** Settings of one level as people write them. What is left out is taken from the next weaker level. */
export interface SidecarSettings {
  /** CPU and memory of istio-proxy, and of istio-init where `initResources` says nothing. Helm: `global.proxy.resources`. */
  proxyResources?: Resources;
  /** CPU and memory of istio-init (istio-validation with Istio CNI) alone. */
  initResources?: Resources;
  /** Which traffic goes through the sidecar. */
  capture?: Capture;
  /** Hooks of the istio-proxy container. */
  lifecycle?: Lifecycle;
  /** How long a terminating sidecar drains, in whole seconds: "10s". Istio: `ProxyConfig.terminationDrainDuration`, by default 5s. */
  terminationDrainDuration?: `${number}s` | (string & {}) | number;
  /** Whether the sidecar answers DNS and gives addresses to hosts without one. Istio: `ISTIO_META_DNS_CAPTURE` and `ISTIO_META_DNS_AUTO_ALLOCATE`. */
  dnsProxy?: boolean;
  /** Never captured, whatever stronger levels list. */
  alwaysExclude?: AlwaysExclude;
}
