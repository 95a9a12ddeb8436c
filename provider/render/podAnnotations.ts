/** Istio's own annotations of the pod level, as far as they decide what settings decide. */

/** Any one of these makes Istio drop all default amounts, of istio-proxy and of istio-init. */
export const resourceAnnotations: readonly string[] = [
  "proxyCPU",
  "proxyMemory",
  "proxyCPULimit",
  "proxyMemoryLimit",
].map((name) => `sidecar.istio.io/${name}`);

/** Templates of the injector that a pod names itself, with commas. */
export const templatesAnnotation = "inject.istio.io/templates";

/** A pod's own part of ProxyConfig, as YAML or JSON text. */
export const proxyConfigAnnotation = "proxy.istio.io/config";

/** The expression by which the overlay and `saysKey` find a key in `proxy.istio.io/config`, not in a comment; %s is the key. */
export const ownKeyPattern = String.raw`(?m)^(?:[^#\n]|[^\s#]#+)*\b%s["']?\s*:`;

/** Whether a pod's `proxy.istio.io/config` has a key, at any depth. */
export function saysKey(config: string | undefined, key: string): boolean {
  return (
    config !== undefined && new RegExp(ownKeyPattern.replace("(?m)", "").replace("%s", key), "m").test(config)
  );
}
