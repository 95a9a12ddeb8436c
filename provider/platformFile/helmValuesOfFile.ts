import { parse } from "yaml";
import { helmValues, type IstiodValues } from "../configMap/helmValues.js";
import { injectorName } from "../injector/Injector.js";
import { injectorOf } from "../injector/layerInputs.js";
import { requireValidLayer } from "../injector/requireValidLayer.js";
import { installedSettings } from "../levels/Profile.js";
import { layersOfFile } from "./layersOfFile.js";
import type { PlannedLevel } from "./levelsInWaves.js";
import { mergedValues } from "./mergedValues.js";
import type { PlatformFile } from "./PlatformFile.js";

/** The files of the official istiod chart that rendering needs. */
export interface IstiodChartFiles {
  "files/injection-template.yaml": string;
  "values.yaml": string;
}

/**
 * Adds a file's settings to the chart's values, for the injector that the chart installs in a namespace.
 * @throws SettingsError, InjectorRefusal if the chart couldn't render them.
 */
export function helmValuesOfFile<Values extends IstiodValues>(
  file: PlatformFile,
  values: Values,
  chart: IstiodChartFiles,
  namespace: string | undefined,
  ownerOf: (level: PlannedLevel) => string,
): Values & IstiodValues {
  const injector = injectorOf({ injector: { namespace, revision: values.revision } });
  const plan = layersOfFile(file, ownerOf).find(
    (one) => injectorName(one.injector) === injectorName(injector),
  );
  const layers = plan?.layers ?? {};
  const installed = installedSettings(mergedValues(defaultsIn(chart["values.yaml"]), values.global ?? {}));
  for (const target of Object.keys(layers)) requireValidLayer(target, layers, installed);
  // the chart trims the template
  return helmValues(values, `${chart["files/injection-template.yaml"].trim()}\n`, layers);
}

/** The error message for a folder without the chart's template. */
export function notAChart(folder: string): string {
  return (
    `${folder} is not an istiod chart: found no files/injection-template.yaml in it; unpack the chart that is installed, ` +
    "with helm pull istio/istiod --version VERSION --untar --untardir charts"
  );
}

/** The chart's default `global` values. */
function defaultsIn(text: string): object {
  const values = (parse(text) ?? {}) as Record<string, { global?: object } | undefined>;
  const { _internal_defaults_do_not_set: current, defaults: older } = values;
  return (current ?? older ?? values).global ?? {};
}
