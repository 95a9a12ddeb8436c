import type { SidecarSettings } from "pulumi-istio-sidecar";

export interface Step {
  title: string;
  settings: SidecarSettings;
}

/** What Alibaba Cloud Service Mesh's page on namespace-level sidecar proxies sets, in its order and with its values. */
export const steps: readonly Step[] = [
  {
    title: "Resources of istio-proxy",
    settings: {
      proxyResources: { limits: { cpu: 2, memory: "1025Mi" }, requests: { cpu: 0.1, memory: "128Mi" } },
    },
  },
  {
    title: "Resources of istio-init",
    settings: {
      initResources: { limits: { cpu: 0.916, memory: "512Mi" }, requests: { cpu: 0.016, memory: "18Mi" } },
    },
  },
  {
    title: "Traffic that goes through the sidecar",
    settings: {
      capture: {
        includeOutboundIPRanges: ["192.168.1.2/32"],
        excludeOutboundIPRanges: ["192.168.1.1/32"],
        includeInboundPorts: "*",
        includeOutboundPorts: [7015, 7016],
        excludeInboundPorts: [7013, 7014],
        excludeOutboundPorts: [7011, 7012],
      },
    },
  },
  {
    title: "Lifecycle of istio-proxy",
    settings: {
      lifecycle: {
        postStart: { exec: { command: ["pilot-agent", "wait"] } },
        preStop: { exec: { command: ["/bin/sh", "-c", "sleep 13"] } },
      },
    },
  },
  { title: "Termination drain duration", settings: { terminationDrainDuration: "10s" } },
  { title: "DNS proxy", settings: { dnsProxy: true } },
];

/** The settings of the first `count` steps together. */
export function settingsAfter(count: number): SidecarSettings {
  return Object.assign({}, ...steps.slice(0, count).map(({ settings }) => settings)) as SidecarSettings;
}
