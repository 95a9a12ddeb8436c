/** Pod annotations, Istio's and ours, that affect settings. */

import { snakeCase } from "../data/fieldAt.js";
import { memoize } from "../data/memoize.js";
import { contentOf, yamlText } from "../data/yamlText.js";

/** Written by the injector: the digest of the settings that it applied to the pod. */
export const stampAnnotation = "sidecar-settings/stamp";

/** For dry runs: planned data, which the injector's template reads instead of the stored data. */
export const previewAnnotation = "sidecar-settings/preview";

/** Comma-separated injector templates that a pod requests. */
export const templatesAnnotation = "inject.istio.io/templates";

/** A pod's own ProxyConfig, as YAML or JSON. */
export const proxyConfigAnnotation = "proxy.istio.io/config";

/** How the template and `setsKey` find a key in `proxy.istio.io/config`, outside of comments; %s is the key. */
export const ownKeyPattern = String.raw`(?m)^(?:[^#\n]|[^\s#]#+)*\b(?:%s)["']?\s*:`;

/** Whether a pod's `proxy.istio.io/config` has a key, at any depth. `key` may have alternatives, separated by `|`. */
export function setsKey(config: string | undefined, key: string): boolean {
  return config !== undefined && key.split("|").some((one) => keysIn(config).has(one));
}

/** The content of a pod's `proxy.istio.io/config`; undefined if it can't be parsed, in which case Istio denies the pod. */
export function proxyConfigOf(config: string | undefined): unknown {
  return config === undefined ? undefined : contentIn(config);
}

// a pod is checked for hundreds of settings, and its annotation may be long; white space as in Go's regular expressions
const keysIn = memoize((config): ReadonlySet<string> => {
  const uncommented = config.replace(/(^|[\t\n\f\r ])#[^\n]*/g, "$1#");
  return new Set([...uncommented.matchAll(/\b(\w+)["']?[\t\n\f\r ]*:/g)].map(([, key = ""]) => key));
}, 1);

const contentIn = memoize((config): unknown => {
  const read = contentOf(yamlText(config));
  return "content" in read ? read.content : undefined;
}, 1);

/** The spellings of a ProxyConfig field, separated by `|`: protobuf JSON allows camel case and snake case. */
export function ownKeys(field: string): string {
  const snake = snakeCase(field);
  return snake === field ? field : `${field}|${snake}`;
}
