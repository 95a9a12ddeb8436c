import { memoize } from "../data/memoize.js";
import { yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import { templatesAnnotation } from "../pod/podAnnotations.js";
import { istioTemplate, scopedTemplateName } from "./aliases.js";

/**
 * The injector templates that a pod gets, resolved like istiod does from `data.config`: those that the pod names, otherwise the
 * defaults. Aliases are expanded once, not recursively.
 */
export function podTemplates(
  config: string,
  annotations: Readonly<Record<string, string>> = {},
): readonly string[] {
  const { defaults, aliases } = named(config);
  const own = annotations[templatesAnnotation];
  const names = own === undefined ? defaults : own.split(",").map((name) => name.trim());
  return names.flatMap((name) => aliases.get(name) ?? [name]);
}

/** Whether a pod gets Istio's `sidecar` template, which has the settings. Gateways, for instance, get another one. */
export function getsSettings(config: string, annotations?: Readonly<Record<string, string>>): boolean {
  return podTemplates(config, annotations).some(isSidecarTemplate);
}

/** The templates that are rendered after the one with the settings, and so may override them. */
export function templatesAfterSettings(
  config: string,
  annotations?: Readonly<Record<string, string>>,
): readonly string[] {
  const names = podTemplates(config, annotations);
  const at = names.findIndex(isSidecarTemplate);
  return at < 0 ? [] : names.slice(at + 1);
}

function isSidecarTemplate(name: string): boolean {
  return name === istioTemplate || name === scopedTemplateName;
}

const named = memoize((config: string) => {
  const data = yamlData(config, "data.config");
  const defaults = textsIn(valueAt(data, ["defaultTemplates"]));
  const aliases = valueAt(data, ["aliases"]);
  return {
    defaults: defaults.length > 0 ? defaults : [istioTemplate],
    aliases: new Map(Object.entries(aliases ?? {}).map(([name, list]) => [name, textsIn(list)])),
  };
});

function textsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}
