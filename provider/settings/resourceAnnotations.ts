/** The annotation for each amount of istio-proxy. */
export const amountAnnotations = {
  "requests.cpu": "sidecar.istio.io/proxyCPU",
  "requests.memory": "sidecar.istio.io/proxyMemory",
  "limits.cpu": "sidecar.istio.io/proxyCPULimit",
  "limits.memory": "sidecar.istio.io/proxyMemoryLimit",
} as const;

/** Any one of these makes Istio drop all default amounts of istio-proxy and istio-init. */
export const resourceAnnotations: readonly string[] = Object.values(amountAnnotations);
