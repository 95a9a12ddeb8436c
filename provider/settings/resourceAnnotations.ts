/** Any one of these makes Istio drop all default amounts of istio-proxy and istio-init. */
export const resourceAnnotations: readonly string[] = [
  "proxyCPU",
  "proxyMemory",
  "proxyCPULimit",
  "proxyMemoryLimit",
].map((name) => `sidecar.istio.io/${name}`);
