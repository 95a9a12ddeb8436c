import { InjectorRefusal } from "../data/InjectorRefusal.js";
import type { Layers } from "../levels/Layer.js";
import { dataKey } from "../template/dataKey.js";
import { injectorTemplate } from "../template/injectorTemplate.js";
import { scopedTemplateName } from "./aliases.js";
import { storedContent } from "./storedContent.js";

/** Helm values of the official istiod chart that affect the injector. */
export interface IstiodValues {
  revision?: string | undefined;
  global?: object;
  sidecarInjectorWebhook?: {
    /** Templates by name; Istio's own `sidecar` may be replaced here. */
    templates?: Record<string, string> | null;
    /** Templates for pods that don't name any. Default, also for an empty list: `sidecar`. */
    defaultTemplates?: string[] | null;
    [other: string]: unknown;
  };
  /** Everything else is passed to the chart unchanged. */
  [other: string]: unknown;
}

/**
 * Values that make the istiod chart itself render layers: their data, and our template as the default in place of Istio's. Pods that
 * name the `sidecar` template explicitly get Istio's own, since the chart doesn't support aliases.
 */
export function helmValues<Values extends IstiodValues>(
  given: Values,
  chartsTemplate: string,
  layers: Layers,
): Values & IstiodValues {
  if (Object.keys(layers).length === 0) return given;
  if (given.global && Object.hasOwn(given.global, dataKey)) {
    throw new InjectorRefusal(
      `the chart's values already have global.${dataKey}: remove it, since helmValues sets it`,
    );
  }
  const { templates, defaultTemplates: defaults, ...webhook } = given.sidecarInjectorWebhook ?? {};
  // an empty list is the chart's own default, which people copy into their values
  const defaultTemplates = defaults?.length ? defaults : ["sidecar"];
  if (!defaultTemplates.includes("sidecar")) {
    throw new InjectorRefusal(
      `sidecarInjectorWebhook.defaultTemplates has ${defaultTemplates.join(", ")}, but not Istio's template "sidecar", which settings build on: add "sidecar" to it`,
    );
  }
  const ours = injectorTemplate(templates?.sidecar ?? chartsTemplate, layers);
  return {
    ...given,
    global: { ...given.global, [dataKey]: storedContent(layers) },
    sidecarInjectorWebhook: {
      ...webhook,
      templates: { ...templates, [scopedTemplateName]: ours },
      defaultTemplates: defaultTemplates.map((name) => (name === "sidecar" ? scopedTemplateName : name)),
    },
  };
}
