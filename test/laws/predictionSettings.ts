import type { SidecarSettings } from "../../provider/settings/SidecarSettings";

/** A value for every setting. */
export const everything: SidecarSettings = {
  proxyResources: { limits: { cpu: 3, memory: "2Gi" }, requests: { cpu: "200m", memory: "256Mi" } },
  initResources: { limits: { cpu: "900m", memory: "512Mi" }, requests: { cpu: "20m", memory: "20Mi" } },
  capture: {
    includeOutboundIPRanges: ["10.0.0.0/8", "192.168.1.2/32"],
    excludeOutboundIPRanges: ["172.16.0.0/12"],
    includeInboundPorts: [8080, 9090],
    excludeInboundPorts: [7013],
    includeOutboundPorts: [7015],
    excludeOutboundPorts: [7011],
  },
  lifecycle: {
    postStart: { exec: { command: ["pilot-agent", "wait"] } },
    preStop: { httpGet: { port: 15020, path: "/drain" } },
  },
  terminationDrainDuration: "10s",
  dnsProxy: true,
  alwaysExclude: { outboundIPRanges: ["192.168.0.1/32"], inboundPorts: [15081, 9191], outboundPorts: [9999] },
};

/** Other values for all of it. */
export const otherwise: SidecarSettings = {
  proxyResources: { limits: { cpu: 4, memory: "3Gi" }, requests: { cpu: "300m", memory: "300Mi" } },
  initResources: { limits: { cpu: 1, memory: "600Mi" }, requests: { cpu: "30m", memory: "30Mi" } },
  capture: {
    includeOutboundIPRanges: "*",
    excludeOutboundIPRanges: ["172.17.0.0/16", "172.18.0.0/16"],
    includeInboundPorts: "*",
    excludeInboundPorts: [7013, 7014],
    includeOutboundPorts: [],
    excludeOutboundPorts: [15081],
  },
  lifecycle: {
    postStart: { exec: { command: ["true"] } },
    preStop: { exec: { command: ["sleep", "13"] } },
  },
  terminationDrainDuration: "1m",
  dnsProxy: false,
  alwaysExclude: { outboundIPRanges: ["192.168.0.2/32"], inboundPorts: [9191], outboundPorts: [7011] },
};
