import { canonicalJson } from "../data/canonicalJson.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { recordOf } from "../data/isRecord.js";
import { memoize } from "../data/memoize.js";
import { insertPair, removePair, yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import type { Layers } from "../levels/Layer.js";
import { dataKey } from "../template/dataKey.js";
import { injectorTemplate } from "../template/injectorTemplate.js";
import { istioVersion, requireSupported } from "../template/istioVersion.js";
import { addAliases, removeAliases, scopedTemplateName } from "./aliases.js";
import type { InjectorData } from "./InjectorData.js";
import { layersOf } from "./layersOf.js";
import { requireShape } from "./requireShape.js";
import { storedData } from "./StoredData.js";
import { storedContent } from "./storedContent.js";

/** The ConfigMap's texts with exactly these layers. Deterministic, no matter which of our layers were there before. */
export function compose(data: InjectorData, layers: Layers): InjectorData {
  return withoutMarks(data, (bare) => composed(bare, layers));
}

/** Throws if `compose` would refuse these layers, but is faster since it doesn't build the texts. For previews of many layers. */
export function requireComposable(data: InjectorData, layers: Layers): void {
  withoutMarks(data, (given) => {
    layersOf(given);
    if (isInstalledWith(given.config)) return given;
    const config = bareConfig(given.config);
    requireSupported(given);
    requireShape({ config, values: given.values });
    injectorTemplate(templatesIn(config).sidecar, layers, istioVersion(given));
    withTemplate(config);
    return given;
  });
}

// keeps a byte order mark, which Go's YAML parser accepts, at the very start
function withoutMarks(data: InjectorData, work: (data: InjectorData) => InjectorData): InjectorData {
  const [config, values] = [unmarked(data.config), unmarked(data.values)];
  const done = work({ config: config.text, values: values.text });
  return { config: config.mark + done.config, values: values.mark + done.values };
}

function unmarked(text: string): { mark: string; text: string } {
  return text.startsWith("\ufeff") ? { mark: "\ufeff", text: text.slice(1) } : { mark: "", text };
}

function composed(data: InjectorData, layers: Layers): InjectorData {
  // throws if a newer package wrote it, or it was edited by hand
  layersOf(data);
  const bare = stripped(data);
  if (Object.keys(layers).length === 0) return bare;
  requireSupported(data);
  requireShape(bare);
  const found = templatesIn(bare.config);
  const installed = isInstalledWith(bare.config);
  const ours = injectorTemplate(found.sidecar, layers, istioVersion(data));
  if (installed) requireInstalled(found, ours);
  const content = canonicalJson(storedContent(layers));
  // Helm may have written the same data in another form: nothing to change
  if (installed && canonicalJson(storedData(data) ?? {}) === content) return data;
  const made = {
    config: installed ? bare.config : withTemplate(bare.config),
    values: insertPair(bare.values, ["global"], dataKey, { flow: content }),
  };
  requireReversible(made, bare, ours);
  return made;
}

/** Removes every byte of ours. Keeps templates that Istio was installed with, since those are Istio's. */
export function strip(data: InjectorData): InjectorData {
  return withoutMarks(data, stripped);
}

function stripped({ config, values }: InjectorData): InjectorData {
  return { config: bareConfig(config), values: withoutData(values) };
}

function withoutData(values: string): string {
  const global = valueAt(yamlData(values, "data.values"), ["global"]);
  return valueAt(global, [dataKey]) === undefined ? values : removePair(values, ["global"], dataKey);
}

const bareConfig = memoize((config) => {
  if (isInstalledWith(config)) return config;
  const isThere = Object.hasOwn(templatesIn(config), scopedTemplateName);
  return removeAliases(isThere ? removePair(config, ["templates"], scopedTemplateName) : config);
});

/** `global` of the injector's Helm values: what Istio was installed with. */
export function installedGlobal(data: Pick<InjectorData, "values">): unknown {
  return valueAt(yamlData(data.values, "data.values"), ["global"]);
}

/** Whether Istio was installed with the values of `helmValues`, so that its default templates are ours. */
function isInstalledWith(config: string): boolean {
  const defaults = valueAt(yamlData(config, "data.config"), ["defaultTemplates"]);
  return Array.isArray(defaults) && defaults.includes(scopedTemplateName);
}

function templatesIn(config: string): Readonly<Record<string, unknown>> {
  return recordOf(valueAt(yamlData(config, "data.config"), ["templates"]));
}

const withTemplate = memoize((config) =>
  addAliases(
    insertPair(config, ["templates"], scopedTemplateName, {
      block: injectorTemplate(templatesIn(config).sidecar, {}),
    }),
  ),
);

// don't overwrite templates that Istio was installed with: its next upgrade would revert that
function requireInstalled(found: Readonly<Record<string, unknown>>, ours: string): void {
  if (found[scopedTemplateName] === ours) return;
  throw new InjectorRefusal({
    where: `data.config, template "${scopedTemplateName}"`,
    expected: "the template that this version of pulumi-istio-sidecar renders for this Istio",
    got: "one that Istio was installed with by another version of either",
    todo: "Render the chart's values again with this version of the package: run pulumi up in the program that uses helmValues, or sidecar-settings render --helm-values",
  });
}

// the edits are textual, so verify them before anything is written
function requireReversible(composed: InjectorData, bare: InjectorData, scoped: string): void {
  const back = stripped(composed);
  if (
    back.config !== bare.config ||
    back.values !== bare.values ||
    templatesIn(composed.config)[scopedTemplateName] !== scoped
  ) {
    throw new InjectorRefusal({
      where: "data.config and data.values",
      expected: "texts that can be edited in place and restored byte for byte",
      got: "texts that can't",
      todo: "Reinstall Istio with its charts or istioctl, which rewrite this ConfigMap",
    });
  }
}
