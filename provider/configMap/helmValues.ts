import type { Layers } from "../levels/Layer.js";
import { dataKey } from "../template/dataKey.js";
import { injectorTemplate } from "../template/injectorTemplate.js";
import { scopedTemplateName } from "./aliases.js";
import { InjectorRefusal, refusingUnreadable } from "./InjectorRefusal.js";
import { storedContent } from "./storedContent.js";

/** Helm values of the official istiod chart, as far as they concern the injector. */
export interface IstiodValues {
  revision?: string | undefined;
  global?: object;
  sidecarInjectorWebhook?: {
    /** Templates by name; Istio's own `sidecar` may be replaced here. */
    templates?: Record<string, string>;
    /** What pods get that name no template. Default: `sidecar`. */
    defaultTemplates?: string[];
    [other: string]: unknown;
  };
  /** All else goes to the chart as it is. */
  [other: string]: unknown;
}

/**
 * Values with which the istiod chart itself renders layers: their data, our template, and this in place of Istio's in what
 * pods get by default. Pods that name `sidecar` themselves get Istio's own: the chart has no aliases.
 */
export function helmValues<Values extends IstiodValues>(
  given: Values,
  chartsTemplate: string,
  layers: Layers,
): Values & IstiodValues {
  if (Object.keys(layers).length === 0) return given;
  if (given.global && Object.hasOwn(given.global, dataKey)) {
    throw new InjectorRefusal(
      `the chart's values have global.${dataKey} already: leave it to helmValues, which writes it`,
    );
  }
  const { templates = {}, defaultTemplates = ["sidecar"], ...webhook } = given.sidecarInjectorWebhook ?? {};
  if (!defaultTemplates.includes("sidecar")) {
    throw new InjectorRefusal(
      `sidecarInjectorWebhook.defaultTemplates has ${defaultTemplates.join(", ")}, and not Istio's template "sidecar", which settings build on: name "sidecar" in it`,
    );
  }
  const ours = refusingUnreadable(() => injectorTemplate(templates.sidecar ?? chartsTemplate, layers));
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
