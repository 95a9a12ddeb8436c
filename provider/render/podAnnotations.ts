/** Istio's own annotations of the pod level, as far as they decide what settings decide. */

export { resourceAnnotations } from "../settings/resourceAnnotations.js";

/** The annotation that the injector writes: the digest of the settings that it gave the pod. */
export const stampAnnotation = "sidecar-settings/stamp";

/** Templates of the injector that a pod names itself, with commas. */
export const templatesAnnotation = "inject.istio.io/templates";

/** A pod's own part of ProxyConfig, as YAML or JSON text. */
export const proxyConfigAnnotation = "proxy.istio.io/config";

/** The expression by which the templates and `saysKey` find a key in `proxy.istio.io/config`, not in a comment; %s is the key. */
export const ownKeyPattern = String.raw`(?m)^(?:[^#\n]|[^\s#]#+)*\b(?:%s)["']?\s*:`;

/** Whether a pod's `proxy.istio.io/config` has a key, at any depth; `key` may be alternatives of a regular expression. */
export function saysKey(config: string | undefined, key: string): boolean {
  return (
    config !== undefined && new RegExp(ownKeyPattern.replace("(?m)", "").replace("%s", key), "m").test(config)
  );
}

/** A field of ProxyConfig as people may write it: protobuf's JSON takes camel case and snake case. */
export function ownKeys(field: string): string {
  const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake === field ? field : `${field}|${snake}`;
}
