import { z } from "zod";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { addAliases, overlayTemplateName, removeAliases, scopedTemplateName } from "./aliases.js";
import { overlayTemplate } from "./overlayTemplate.js";
import { canonicalJson, digest, installedSettings, type Profile, profileOf } from "./Profile.js";
import { dataKey, scopeTemplate } from "./scopeTemplate.js";
import { insertPair, parseYaml, removePair, UnreadableText } from "./spliceMap.js";

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
}

/** The target of the global layer; a namespace's layer has the namespace's name. */
export const globalTarget = "*";

/** Target -> layer. */
export type Layers = Readonly<Record<string, Layer>>;

/** The shape in which layers are kept. A reader that finds a higher number must not write. */
const dataVersion = 1;

const StoredData = z.strictObject({
  version: z.int(),
  layers: z.record(z.string(), z.strictObject({ owner: z.string(), settings: z.string() })),
  settings: z.record(z.string(), z.record(z.string(), z.custom<CanonicalSettings[string]>())),
  namespaces: z.record(z.string(), z.string()),
  profiles: z.record(z.string(), z.custom<Profile>()),
});
type StoredData = z.infer<typeof StoredData>;

/** An injector ConfigMap that we can't add to without guessing; nothing was written. */
export class InjectorRefusal extends Error {
  override readonly name = "InjectorRefusal";
}

/** What Istio alone put there: every byte of ours taken out. */
export function strip(data: InjectorData): InjectorData {
  return reading(() => {
    let config = data.config;
    for (const name of [overlayTemplateName, scopedTemplateName])
      config = removePair(config, ["templates"], name);
    return { config: removeAliases(config), values: removePair(data.values, ["global"], dataKey) };
  });
}

/** The layers that the ConfigMap holds; none when there is nothing of ours in it. */
export function layersOf(data: Pick<InjectorData, "values">): Layers {
  const stored = storedData(data);
  if (!stored) return {};
  return Object.fromEntries(
    Object.entries(stored.layers).map(([target, { owner, settings }]) => {
      const found = own(stored.settings, settings);
      if (!found) throw new InjectorRefusal(changedByHand(`settings ${settings} of ${target} are gone`));
      return [target, { owner, settings: found }];
    }),
  );
}

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

/** The profile that pods of a namespace get: their namespace's, or else the global one. */
export function profileFor(data: Pick<InjectorData, "values">, namespace: string): Profile | undefined {
  const stored = storedData(data);
  return stored && own(stored.profiles, own(stored.namespaces, namespace) ?? globalTarget);
}

/** Helm's `global.proxy` in the injector's values: what Istio was installed with. */
export function installedProxy(data: Pick<InjectorData, "values">): unknown {
  return reading(() => parseYaml(data.values, "data.values").toJS()?.global?.proxy);
}

/** The ConfigMap's texts with exactly these layers. The same layers give the same bytes, whatever was there of ours. */
export function compose(data: InjectorData, layers: Layers): InjectorData {
  return reading(() => {
    // refuses what a newer package, or a hand, has left there
    layersOf(data);
    const bare = strip(data);
    if (Object.keys(layers).length === 0) return bare;
    const templates = parseYaml(bare.config, "data.config").toJS()?.templates as
      | Record<string, unknown>
      | undefined;
    const template = templates?.sidecar;
    if (typeof template !== "string")
      throw new UnreadableText('data.config has no template "sidecar" to build on');
    const scoped = scopeTemplate(template);
    if (scoped.found.size === 0)
      throw new UnreadableText('the template "sidecar" reads none of the Helm values that settings change');
    requireFound(scoped.missing, layers);
    let config = insertPair(bare.config, ["templates"], overlayTemplateName, {
      block: overlayTemplate(template),
    });
    config = addAliases(insertPair(config, ["templates"], scopedTemplateName, { block: scoped.text }));
    const values = insertPair(bare.values, ["global"], dataKey, {
      flow: canonicalJson(stored(bare, layers)),
    });
    const composed = { config, values };
    requireReversible(composed, bare, scoped.text);
    return composed;
  });
}

function stored(bare: InjectorData, layers: Layers): StoredData {
  const proxy = installedProxy(bare);
  const sources = {
    installed: installedSettings(proxy),
    installedProxy: proxy,
    global: layers[globalTarget]?.settings ?? {},
  };
  const content: StoredData = {
    version: dataVersion,
    layers: {},
    settings: {},
    namespaces: {},
    profiles: {},
  };
  for (const [target, { owner, settings }] of Object.entries(layers)) {
    const name = digest(settings);
    content.layers[target] = { owner, settings: name };
    content.settings[name] = settings;
    const profile = profileOf(target === globalTarget ? sources : { ...sources, namespace: settings });
    content.profiles[target === globalTarget ? globalTarget : profile.stamp] = profile;
    if (target !== globalTarget) content.namespaces[target] = profile.stamp;
  }
  return content;
}

function storedData({ values }: Pick<InjectorData, "values">): StoredData | undefined {
  return reading(() => {
    const found: unknown = parseYaml(values, "data.values").toJS()?.global?.[dataKey];
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
    return read.data;
  });
}

function requireFound(missing: readonly string[], layers: Layers): void {
  const needed = missing.filter((key) =>
    Object.values(layers).some(({ settings }) => {
      const profile = profileOf({ installed: {}, installedProxy: {}, namespace: settings });
      return [profile.values, profile.fields, profile.always].some(
        (part) => part && Object.hasOwn(part, key),
      );
    }),
  );
  if (needed.length > 0) {
    throw new UnreadableText(
      `this Istio's template "sidecar" never reads ${needed.map((key) => `.Values.global.proxy.${key}`).join(", ")}: settings that need them would have no effect`,
    );
  }
}

// the edits are made on text: look once more before anybody writes them
function requireReversible(composed: InjectorData, bare: InjectorData, scoped: string): void {
  const back = strip(composed);
  const templates = parseYaml(composed.config, "data.config").toJS()?.templates as Record<string, unknown>;
  if (
    back.config !== bare.config ||
    back.values !== bare.values ||
    templates[scopedTemplateName] !== scoped
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
