import type { SidecarSettings } from "../provider/settings/SidecarSettings";

const outboundIPRanges = ["169.254.169.254/32"];

/** What a mesh's platform team sets for everybody. */
export const globalSettings: SidecarSettings = {
  proxyResources: { requests: { memory: "96Mi" } },
  alwaysExclude: { outboundIPRanges },
};

/** What a team sets for its namespace: seven values of every kind of rendering, as many variants as there are numbers. */
export function namespaceSettings(variant: number): SidecarSettings {
  return {
    proxyResources: { limits: { cpu: 2, memory: "1Gi" }, requests: { cpu: `${100 + variant}m` } },
    capture: { excludeOutboundPorts: [3306, 6379] },
    terminationDrainDuration: "20s",
    concurrency: 2,
    logLevel: "warning",
  };
}

/** What a pod of such a namespace gets of both, as settings of its own. */
export function podSettings(variant: number): SidecarSettings {
  const { proxyResources, capture, ...rest } = namespaceSettings(variant);
  return {
    ...rest,
    proxyResources: {
      limits: { ...proxyResources?.limits },
      requests: { ...globalSettings.proxyResources?.requests, ...proxyResources?.requests },
    },
    capture: { ...capture, excludeOutboundIPRanges: outboundIPRanges },
  };
}
