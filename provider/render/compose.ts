import { valueAt } from "../settings/canonicalSettings.js";
import {
  addAliases,
  overlayTemplateName,
  removeAliases,
  scopedTemplateName,
  templateNames,
} from "./aliases.js";
import { dataKey } from "./dataKey.js";
import type { InjectorData } from "./InjectorData.js";
import { refusingUnreadable } from "./InjectorRefusal.js";
import {
  doubledVariables,
  formsFor,
  type InjectorTemplates,
  injectorTemplates,
  nothing,
} from "./injectorTemplates.js";
import type { Layers } from "./Layer.js";
import { layersOf } from "./layersOf.js";
import { canonicalJson } from "./Profile.js";
import { remembered } from "./remembered.js";
import { storedData } from "./StoredData.js";
import { insertPair, removePair, UnreadableText, yamlData } from "./spliceMap.js";
import { storedContent } from "./storedContent.js";

/** The ConfigMap's texts with exactly these layers. The same layers give the same bytes, whatever was there of ours. */
export function compose(data: InjectorData, layers: Layers): InjectorData {
  return refusingUnreadable(() => {
    // refuses what a newer package, or a hand, has left there
    layersOf(data);
    const bare = strip(data);
    if (Object.keys(layers).length === 0) return bare;
    const found = templatesIn(bare.config);
    const installed = isInstalledWith(bare.config);
    const ours = installed ? installedTemplates(found, layers) : injectorTemplates(found.sidecar, layers);
    const content = canonicalJson(storedContent(layers));
    // Helm writes the same data in its own form: nothing to change then
    if (installed && canonicalJson(storedData(data) ?? {}) === content) return data;
    const composed = {
      config: installed ? bare.config : withTemplates(bare.config, ours),
      values: insertPair(bare.values, ["global"], dataKey, { flow: content }),
    };
    requireReversible(composed, bare, ours);
    return composed;
  });
}

/** What Istio alone put there: every byte of ours taken out. Templates that Istio was installed with are Istio's. */
export function strip(data: InjectorData): InjectorData {
  return refusingUnreadable(() => {
    return { config: bareConfig(data.config), values: removePair(data.values, ["global"], dataKey) };
  });
}

const bareConfig = remembered((config) => {
  if (isInstalledWith(config)) return config;
  let text = config;
  for (const name of [overlayTemplateName, scopedTemplateName]) text = removePair(text, ["templates"], name);
  return removeAliases(text);
});

/** Helm's `global` in the injector's values: what Istio was installed with. */
export function installedGlobal(data: Pick<InjectorData, "values">): unknown {
  return refusingUnreadable(() => valueAt(yamlData(data.values, "data.values"), ["global"]));
}

/** Whether the config's own default templates are ours: Istio was installed with the values of `helmValues`. */
function isInstalledWith(config: string): boolean {
  const defaults = valueAt(yamlData(config, "data.config"), ["defaultTemplates"]);
  return Array.isArray(defaults) && defaults.includes(scopedTemplateName);
}

function templatesIn(config: string): Readonly<Record<string, unknown>> {
  const templates = valueAt(yamlData(config, "data.config"), ["templates"]);
  return typeof templates === "object" && templates !== null ? { ...templates } : {};
}

function withTemplates(config: string, ours: InjectorTemplates): string {
  return ours.overlay === undefined ? withJoined(config) : withApart(config);
}

const withJoined = remembered((config) => {
  const { joined } = formsFor(templatesIn(config).sidecar, {});
  return joined ? adding(config, { scoped: joined.text }) : config;
});

const withApart = remembered((config) => adding(config, formsFor(templatesIn(config).sidecar, {}).apart));

function adding(config: string, ours: InjectorTemplates): string {
  const { scoped, overlay } = ours;
  const withOverlay =
    overlay === undefined
      ? config
      : insertPair(config, ["templates"], overlayTemplateName, { block: overlay });
  return addAliases(
    insertPair(withOverlay, ["templates"], scopedTemplateName, { block: scoped }),
    templateNames(ours),
  );
}

/** The templates that Istio was installed with: not ours to write, since its next upgrade would take them away again. */
function installedTemplates(found: Readonly<Record<string, unknown>>, layers: Layers): InjectorTemplates {
  const { joined, apart } = formsFor(found.sidecar, layers);
  const has = ({ scoped, overlay }: Required<InjectorTemplates>) =>
    found[scopedTemplateName] === scoped && found[overlayTemplateName] === overlay;
  if (has(apart)) return apart;
  if (joined && has({ scoped: joined.text, overlay: nothing })) {
    const [doubled] = doubledVariables(joined, layers);
    if (doubled === undefined) return { scoped: joined.text };
    throw new UnreadableText(
      `${doubled} is a variable that Istio's template sets itself, and the templates that Istio was installed with don't change it: set it in the program that installs Istio with helmValues`,
    );
  }
  throw new UnreadableText(
    `Istio was installed with the templates ${scopedTemplateName} and ${overlayTemplateName} of another version of pulumi-istio-sidecar, or of another Istio: ` +
      "run pulumi up in the program that installs Istio with helmValues, with the same version of the package as here",
  );
}

// the edits are made on text: look once more before anybody writes them
function requireReversible(composed: InjectorData, bare: InjectorData, { scoped }: InjectorTemplates): void {
  const back = strip(composed);
  if (
    back.config !== bare.config ||
    back.values !== bare.values ||
    templatesIn(composed.config)[scopedTemplateName] !== scoped
  ) {
    throw new UnreadableText(
      "the ConfigMap's text has a form that can't be edited in place and given back as it was",
    );
  }
}
