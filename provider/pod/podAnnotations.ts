/** Istio's own annotations of the pod level, as far as they decide what settings decide. */

import { contentOf, yamlText } from "../data/yamlText.js";

export { resourceAnnotations } from "../settings/resourceAnnotations.js";

/** The annotation that the injector writes: the digest of the settings that it gave the pod. */
export const stampAnnotation = "sidecar-settings/stamp";

/** On a pod of a dry run: planned data, which the injector's template reads in place of the data that it has. */
export const previewAnnotation = "sidecar-settings/preview";

/** Templates of the injector that a pod names itself, with commas. */
export const templatesAnnotation = "inject.istio.io/templates";

/** A pod's own part of ProxyConfig, as YAML or JSON text. */
export const proxyConfigAnnotation = "proxy.istio.io/config";

/** The expression by which the templates and `setsKey` find a key in `proxy.istio.io/config`, not in a comment; %s is the key. */
export const ownKeyPattern = String.raw`(?m)^(?:[^#\n]|[^\s#]#+)*\b(?:%s)["']?\s*:`;

/** Whether a pod's `proxy.istio.io/config` has a key, at any depth; `key` may be alternatives with `|`. */
export function setsKey(config: string | undefined, key: string): boolean {
  return config !== undefined && key.split("|").some((one) => readConfig(config).keys.has(one));
}

/** What a pod's `proxy.istio.io/config` says; undefined where nobody can read it, and Istio denies such a pod. */
export function proxyConfigOf(config: string | undefined): unknown {
  return config === undefined ? undefined : readConfig(config).content();
}

interface ReadConfig {
  text: string;
  /** What `ownKeyPattern` finds in it. */
  keys: ReadonlySet<string>;
  content: () => unknown;
}

let lastRead: ReadConfig | undefined;

// a pod is asked about hundreds of settings, and its annotation may be as long as its author likes
function readConfig(text: string): ReadConfig {
  if (lastRead?.text === text) return lastRead;
  let content: { is: unknown } | undefined;
  lastRead = {
    text,
    keys: keysIn(text),
    content: () => {
      const read = content ? undefined : contentOf(yamlText(text));
      content ??= { is: read && "content" in read ? read.content : undefined };
      return content.is;
    },
  };
  return lastRead;
}

// white space as Go's expressions have it
function keysIn(text: string): ReadonlySet<string> {
  const uncommented = text.replace(/(^|[\t\n\f\r ])#[^\n]*/g, "$1#");
  return new Set([...uncommented.matchAll(/\b(\w+)["']?[\t\n\f\r ]*:/g)].map(([, key = ""]) => key));
}

/** A field of ProxyConfig as people may write it: protobuf's JSON takes camel case and snake case. */
export function ownKeys(field: string): string {
  const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake === field ? field : `${field}|${snake}`;
}
