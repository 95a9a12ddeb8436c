import { overlayTemplateName, scopedTemplateName, templateNames } from "./aliases.js";
import { dataKey } from "./dataKey.js";
import { InjectorRefusal } from "./InjectorRefusal.js";
import { injectorTemplates, nothing } from "./injectorTemplates.js";
import type { Layers } from "./Layer.js";
import { UnreadableText } from "./spliceMap.js";
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
 * Values with which the istiod chart itself renders layers: their data, our templates, and these in place of Istio's in what
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
  const ours = templatesFor(templates.sidecar ?? chartsTemplate, layers);
  return {
    ...given,
    global: { ...given.global, [dataKey]: storedContent(layers) },
    sidecarInjectorWebhook: {
      ...webhook,
      // both, whatever they say: pods that name templates themselves name both
      templates: {
        ...templates,
        [scopedTemplateName]: ours.scoped,
        [overlayTemplateName]: ours.overlay ?? nothing,
      },
      defaultTemplates: defaultTemplates.flatMap((name) =>
        name === "sidecar" ? templateNames(ours) : [name],
      ),
    },
  };
}

function templatesFor(sidecar: string, layers: Layers): ReturnType<typeof injectorTemplates> {
  try {
    return injectorTemplates(sidecar, layers);
  } catch (error) {
    if (error instanceof UnreadableText) throw new InjectorRefusal(error.message);
    throw error;
  }
}
