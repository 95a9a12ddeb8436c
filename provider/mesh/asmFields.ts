/**
 * Fields of Alibaba Cloud Service Mesh's `configPatches`, and the settings that mean the same. A field whose setting this version
 * does not know, or that is not here, is left alone and named.
 */
export const asmFields: Readonly<Record<string, string>> = {
  "sidecarProxyResourceLimit.resourceCPULimit": "proxyResources.limits.cpu",
  "sidecarProxyResourceLimit.resourceMemoryLimit": "proxyResources.limits.memory",
  "sidecarProxyResourceRequest.resourceCPURequest": "proxyResources.requests.cpu",
  "sidecarProxyResourceRequest.resourceMemoryRequest": "proxyResources.requests.memory",
  "sidecarProxyInitResourceLimit.resourceCPULimit": "initResources.limits.cpu",
  "sidecarProxyInitResourceLimit.resourceMemoryLimit": "initResources.limits.memory",
  "sidecarProxyInitResourceRequest.resourceCPURequest": "initResources.requests.cpu",
  "sidecarProxyInitResourceRequest.resourceMemoryRequest": "initResources.requests.memory",
  includeOutboundIPRanges: "capture.includeOutboundIPRanges",
  excludeOutboundIPRanges: "capture.excludeOutboundIPRanges",
  includeInboundPorts: "capture.includeInboundPorts",
  excludeInboundPorts: "capture.excludeInboundPorts",
  includeOutboundPorts: "capture.includeOutboundPorts",
  excludeOutboundPorts: "capture.excludeOutboundPorts",
  "lifecycle.postStart": "lifecycle.postStart",
  "lifecycle.preStop": "lifecycle.preStop",
  terminationDrainDuration: "terminationDrainDuration",
  drainDuration: "drainDuration",
  istioDNSProxyEnabled: "dnsProxy",
  concurrency: "concurrency",
  interceptionMode: "interceptionMode",
  holdApplicationUntilProxyStarts: "holdApplicationUntilProxyStarts",
  logLevel: "logLevel",
  privileged: "privileged",
  enableCoreDump: "enableCoreDump",
  extraStatTags: "extraStatTags",
};
