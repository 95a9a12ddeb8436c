import { z } from "zod";
import { type Requirement, selects } from "../levels/selector.js";
import { type CanonicalSettings, declarationFor, valueAt } from "../settings/canonicalSettings.js";
import { shown } from "../settings/problem.js";
import {
  addAliases,
  overlayTemplateName,
  removeAliases,
  scopedTemplateName,
  templateNames,
} from "./aliases.js";
import { dataKey } from "./dataKey.js";
import {
  doubledVariables,
  formsFor,
  type InjectorTemplates,
  injectorTemplates,
  nothing,
} from "./injectorTemplates.js";
import { canonicalJson, digest, joinedStamp, type ProfileSources, profileOf } from "./Profile.js";
import { remembered } from "./remembered.js";
import { type StoredProfile, storedProfile } from "./StoredProfile.js";
import { insertPair, removePair, UnreadableText, yamlData } from "./spliceMap.js";

/** The two texts of an injector ConfigMap: `data.config` (YAML) and `data.values` (JSON or YAML). */
export interface InjectorData {
  config: string;
  values: string;
}

/** One level's settings for one target, with its owner. */
export interface Layer {
  /** `organization/project/stack:name` of the Pulumi resource; one layer has one owner. */
  owner: string;
  settings: CanonicalSettings;
  /** Of a workload layer: which pods of the namespace it is for. */
  picks?: PodPicker;
}

/** The pods of a namespace that a workload layer is for, evaluated at injection. */
export interface PodPicker {
  selector: readonly Requirement[];
  /** Where two layers pick a pod, the one with the higher number is the stronger. */
  priority: number;
}

/** The target of the global layer; a namespace's layer has the namespace's name, a workload layer `namespace/name`. */
export const globalTarget = "*";

/** The target of a resource's properties, or of a component's arguments. */
export function targetOf({ namespace, workload }: Readonly<Record<string, unknown>>): string {
  if (namespace === undefined) return globalTarget;
  return workload === undefined ? String(namespace) : `${namespace}/${workload}`;
}

/** The namespace of a target; undefined for the global one. */
export function namespaceOf(target: string): string | undefined {
  return target === globalTarget ? undefined : target.split("/")[0];
}

export function isWorkloadTarget(target: string): boolean {
  return target.includes("/");
}

/** Target -> layer. */
export type Layers = Readonly<Record<string, Layer>>;

/** The shape in which layers are kept. A reader that finds a higher number must not write. */
const dataVersion = 1;

const StoredSelector = z.array(
  z.strictObject({
    key: z.string(),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
    values: z.array(z.string()).optional(),
  }),
);
const StoredData = z.strictObject({
  version: z.int(),
  layers: z.record(
    z.string(),
    z.strictObject({
      owner: z.string(),
      settings: z.string(),
      picks: z.strictObject({ selector: StoredSelector, priority: z.number() }).optional(),
    }),
  ),
  settings: z.record(z.string(), z.record(z.string(), z.custom<CanonicalSettings[string]>())),
  namespaces: z.record(z.string(), z.string()),
  /** Namespace -> its workload layers, the weakest first. */
  workloads: z
    .record(z.string(), z.array(z.strictObject({ selector: StoredSelector, profile: z.string() })))
    .optional(),
  profiles: z.record(z.string(), z.custom<StoredProfile>()),
});
type StoredData = z.infer<typeof StoredData>;

/** An injector ConfigMap that we can't add to without guessing; nothing was written. */
export class InjectorRefusal extends Error {
  override readonly name = "InjectorRefusal";
}

/** What Istio alone put there: every byte of ours taken out. Templates that Istio was installed with are Istio's. */
export function strip(data: InjectorData): InjectorData {
  return reading(() => {
    return { config: bareConfig(data.config), values: removePair(data.values, ["global"], dataKey) };
  });
}

const bareConfig = remembered((config) => {
  if (isInstalledWith(config)) return config;
  let text = config;
  for (const name of [overlayTemplateName, scopedTemplateName]) text = removePair(text, ["templates"], name);
  return removeAliases(text);
});

/** The layers that the ConfigMap holds; none when there is nothing of ours in it. */
export function layersOf({ values }: Pick<InjectorData, "values">): Layers {
  return layersIn(values);
}

const layersIn = remembered((values): Layers => {
  const stored = storedData({ values });
  if (!stored) return {};
  return Object.fromEntries(
    Object.entries(stored.layers).map(([target, { owner, settings, picks }]) => {
      const found = own(stored.settings, settings);
      if (!found) throw new InjectorRefusal(changedByHand(`settings ${settings} of ${target} are gone`));
      return [target, { owner, settings: found, ...(picks ? { picks: picks as PodPicker } : {}) }];
    }),
  );
});

/** A target's layer; a namespace may be called `constructor`. */
export function layerAt(layers: Layers, target: string): Layer | undefined {
  return own(layers, target);
}

function own<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function changedByHand(what: string): string {
  return `values.global.${dataKey} was changed by hand: ${what}; take that key out of the ConfigMap's values, and run pulumi up`;
}

/** The profile that pods of a namespace get before workload layers: their namespace's, or else the global one. */
export function profileFor(data: Pick<InjectorData, "values">, namespace: string): StoredProfile | undefined {
  const stored = storedData(data);
  const found = stored && own(stored.profiles, own(stored.namespaces, namespace) ?? globalTarget);
  return found && structuredClone(found);
}

/** The stamp that a pod with these labels gets; undefined when no layer reaches it. */
export function stampFor(
  data: Pick<InjectorData, "values">,
  namespace: string,
  labels?: Readonly<Record<string, string>>,
): string | undefined {
  return stampsIn(data)(namespace, labels);
}

/** `stampFor` of many pods: the values are long, and read once. */
export function stampsIn(
  data: Pick<InjectorData, "values">,
): (namespace: string, labels?: Readonly<Record<string, string>>) => string | undefined {
  const stored = storedData(data);
  if (!stored) return () => undefined;
  return (namespace, labels = {}) => {
    const base = own(stored.profiles, own(stored.namespaces, namespace) ?? globalTarget);
    const picked = (own(stored.workloads ?? {}, namespace) ?? []).filter(({ selector }) =>
      selects(selector as Requirement[], labels),
    );
    const stamps = picked.map(({ profile }) => stored.profiles[profile]?.stamp ?? "");
    return joinedStamp([base?.stamp ?? "", ...stamps]) || undefined;
  };
}

/** A namespace's workload layers, the weakest first. */
export function workloadLayers(
  layers: Layers,
  namespace: string,
): (Layer & { target: string; picks: PodPicker })[] {
  return Object.entries(layers)
    .flatMap(([target, layer]) =>
      layer.picks && namespaceOf(target) === namespace ? [{ ...layer, target, picks: layer.picks }] : [],
    )
    .sort((a, b) => a.picks.priority - b.picks.priority || (a.target < b.target ? -1 : 1));
}

/** The layers that reach a pod, of the workload layers the weakest first. */
export function layersReaching(
  layers: Layers,
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
): { global: Layer | undefined; namespace: Layer | undefined; workloads: Layer[] } {
  return {
    global: layerAt(layers, globalTarget),
    namespace: layerAt(layers, namespace),
    workloads: workloadLayers(layers, namespace).filter(({ picks }) => selects(picks.selector, labels)),
  };
}

/** Settings of layers by their level, for merging. */
export type LayeredSettings = Pick<ProfileSources, "global" | "namespace"> & {
  workloads: CanonicalSettings[];
};

/** The settings of the layers that reach a pod. */
export function layersFor(
  layers: Layers,
  namespace: string,
  labels?: Readonly<Record<string, string>>,
): LayeredSettings {
  return settingsOf(layersReaching(layers, namespace, labels));
}

/** The settings of the layers that reach a target's pods, as far as no other workload layer picks them. */
export function layersAt(layers: Layers, target: string): LayeredSettings {
  const workload = isWorkloadTarget(target) ? layerAt(layers, target) : undefined;
  return settingsOf({
    global: layerAt(layers, globalTarget),
    namespace: layerAt(layers, namespaceOf(target) ?? ""),
    workloads: workload ? [workload] : [],
  });
}

function settingsOf({ global, namespace, workloads }: ReturnType<typeof layersReaching>): LayeredSettings {
  return {
    ...(global ? { global: global.settings } : {}),
    ...(namespace ? { namespace: namespace.settings } : {}),
    workloads: workloads.map(({ settings }) => settings),
  };
}

/** Helm's `global` in the injector's values: what Istio was installed with. */
export function installedGlobal(data: Pick<InjectorData, "values">): unknown {
  return reading(() => valueAt(yamlData(data.values, "data.values"), ["global"]));
}

/** The ConfigMap's texts with exactly these layers. The same layers give the same bytes, whatever was there of ours. */
export function compose(data: InjectorData, layers: Layers): InjectorData {
  return reading(() => {
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

/** The data of layers as `values.global` has it. */
export function storedContent(layers: Layers): StoredData {
  const global = layers[globalTarget]?.settings ?? {};
  const content: StoredData = {
    version: dataVersion,
    layers: {},
    settings: {},
    namespaces: {},
    profiles: {},
  };
  // most layers of a large mesh have the same settings as others
  const named = new Map<string, StoredProfile>();
  const namespaceProfile = (name: string, namespace: CanonicalSettings) => {
    const profile = named.get(name) ?? storedProfile(profileOf({ global, namespace }));
    named.set(name, profile);
    return profile;
  };
  for (const [target, { owner, settings, picks }] of Object.entries(layers)) {
    const name = digest(settings);
    content.layers[target] = {
      owner,
      settings: name,
      ...(picks ? { picks: { selector: plain(picks.selector), priority: picks.priority } } : {}),
    };
    content.settings[name] = settings;
    if (picks) continue;
    const profile =
      target === globalTarget ? storedProfile(profileOf({ global })) : namespaceProfile(name, settings);
    content.profiles[target === globalTarget ? globalTarget : profile.stamp] = profile;
    if (target !== globalTarget) content.namespaces[target] = profile.stamp;
  }
  const namespaces = new Set(
    Object.keys(layers)
      .filter(isWorkloadTarget)
      .map((target) => namespaceOf(target) ?? ""),
  );
  for (const namespace of namespaces) {
    content.workloads ??= {};
    content.workloads[namespace] = workloadLayers(layers, namespace).map(({ settings, picks }) => {
      const profile = storedProfile(profileOf({ namespace: settings }));
      content.profiles[profile.stamp] = profile;
      return { selector: plain(picks.selector), profile: profile.stamp };
    });
  }
  return content;
}

function plain(selector: readonly Requirement[]): z.infer<typeof StoredSelector> {
  return selector.map(({ values, ...rest }) => ({ ...rest, ...(values ? { values: [...values] } : {}) }));
}

function storedData({ values }: Pick<InjectorData, "values">): StoredData | undefined {
  return reading(() => storedIn(values));
}

const storedIn = remembered((values): StoredData | undefined => {
  const found = valueAt(yamlData(values, "data.values"), ["global", dataKey]);
  if (found === undefined) return undefined;
  const version = (found as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > dataVersion) {
    throw new UnreadableText(
      `its layers were written by a newer pulumi-istio-sidecar (format ${version}, this one knows ${dataVersion}): upgrade the package`,
    );
  }
  const read = StoredData.safeParse(found);
  if (!read.success)
    throw new UnreadableText(
      changedByHand(`${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}`),
    );
  requireCanonical(read.data);
  return read.data;
});

// everything behind this reader takes a value for what its declaration makes of it
function requireCanonical({ settings }: StoredData): void {
  for (const [name, stored] of Object.entries(settings)) {
    for (const [path, value] of Object.entries(stored)) {
      const read = declarationFor(path)?.declaration.parse(value);
      if (read && !("value" in read && canonicalJson(read.value) === canonicalJson(value)))
        throw new UnreadableText(changedByHand(`${path} of settings ${name} is ${shown(value)}`));
    }
  }
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

function reading<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnreadableText) throw new InjectorRefusal(error.message);
    throw error;
  }
}
