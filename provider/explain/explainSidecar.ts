import type { PodTemplate } from "../cluster/podTemplate.js";
import { getsSettings, podTemplates } from "../configMap/podTemplates.js";
import {
  effectiveSettings,
  effectiveValues,
  type Level,
  type LeveledSettings,
  type SourcedValue,
  united,
} from "../levels/effectiveSettings.js";
import type { Layers } from "../levels/Layer.js";
import { layersReaching } from "../levels/layersReaching.js";
import { amountSettings, scaledSetting, scaledShares } from "../pod/amountSettings.js";
import { proxyConfigAnnotation } from "../pod/podAnnotations.js";
import { isDropped, isOverridden, overrideAt, readOverrides } from "../pod/readOverrides.js";
import {
  amountField,
  comparableAmount,
  comparableList,
  comparableValue,
  fieldName,
  proxyContainer,
} from "../pod/sidecarFields.js";
import { type CanonicalSettings, inOrder, type SettingEntry } from "../settings/canonicalSettings.js";
import type { SettingValue } from "../settings/declarations.js";
import { settingAt } from "../settings/fixedSettings.js";
import type { PodField } from "../settings/SettingDeclaration.js";
import { sidecarWarnings } from "./sidecarWarnings.js";
import { unreadAnnotations } from "./unreadAnnotations.js";

/** What determines a pod's sidecar besides the pod itself. */
interface SidecarContext {
  namespace: string;
  /** The injector's layers, as `layersOf` reads them from its ConfigMap. */
  layers: Layers;
  /** What Istio was installed with, as `installedSettings` reads it. Default: unknown. */
  installed?: CanonicalSettings;
  /** The injector's `data.config`, which determines the templates that a pod gets and the annotations that they read. Default: Istio's default, without aliases. */
  config?: string;
  /** Whether istiod injects native sidecars by default. Default: unknown, which only affects warnings. */
  native?: boolean;
  /** Whether Istio's CNI plugin sets up the capture, as `usesCni` reads it. Default: unknown; the pod's own init container tells. */
  cni?: boolean;
}

export interface ExplainedSetting {
  /** `proxyResources.limits.cpu`, `env.FOO`. */
  path: string;
  /** In canonical form; undefined if the pod drops the setting without a value of its own. */
  value?: SettingValue;
  source: Level;
  /** The layer's owner; undefined for the pod level. */
  owner?: string;
  /** What it replaced, strongest first. */
  overrode: readonly SourcedValue[];
  /** Where the injected pod shows it: field -> value, null for a field that is absent. */
  shows: Readonly<Record<string, string | null>>;
  /** Why the value isn't the one from a level's settings. */
  note?: string;
}

export interface SidecarExplanation {
  settings: readonly ExplainedSetting[];
  warnings: readonly string[];
  /** Why settings don't affect this pod at all. */
  unaffected?: string;
}

/**
 * Explains each setting of a pod's sidecar: its value, where it comes from, what it replaced, and where the pod shows it. Makes no
 * requests. `template`: a pod, or a workload's pod template.
 */
export function explainSidecar(given: PodTemplate, context: SidecarContext): SidecarExplanation {
  const unread = unreadAnnotations(context.config ?? "").filter(
    (name) => given.metadata?.annotations?.[name] !== undefined,
  );
  const template = asRead(given, unread, context.cni);
  const { annotations } = template.metadata ?? {};
  if (!getsSettings(context.config ?? "", annotations)) {
    const templates = podTemplates(context.config ?? "", annotations).join(", ");
    return {
      settings: [],
      warnings: [],
      unaffected: `the pod gets the injector's templates ${templates}, but only sidecar has the settings`,
    };
  }
  const pod = podSettings(template);
  const effective = effectiveSettings([...layersOfPod(template, context), { level: "pod", settings: pod }]);
  const managed = effectiveSettings(layersOfPod(template, context));
  const values: Record<string, SettingValue | undefined> = { ...effectiveValues(effective) };
  const notes = new Map<string, string>();
  for (const entry of inOrder(Object.keys(effective))) {
    const note = whyTakenAway(entry, template, pod);
    if (note === undefined) continue;
    notes.set(entry.path, note);
    values[entry.path] = undefined;
  }
  const shown = shownFields(template, values, effectiveValues(managed));
  const settings = Object.entries(effective).map(([path, found]): ExplainedSetting => {
    const value = values[path];
    const { overrode = [], ...strongest } = found;
    const note = notes.get(path);
    const about = { path, shows: shown.get(path) ?? {} };
    if (note !== undefined) return { ...about, source: "pod", overrode: [strongest, ...overrode], note };
    const { source, owner } = strongest;
    return {
      ...about,
      ...(value === undefined ? {} : { value }),
      source,
      ...(owner === undefined ? {} : { owner }),
      overrode,
    };
  });
  const sources = new Map(settings.map(({ path, source }) => [path, source]));
  const warnings = [
    ...unread.map((name) => `the pod's annotation ${name} has no effect: this Istio does not read it`),
    ...sidecarWarnings(given, values, sources, context),
  ];
  return { settings, warnings };
}

// drops what this injector doesn't read: a pod's own init container is merged into Istio's only under the name that Istio's has
function asRead(
  { metadata, spec }: PodTemplate,
  unread: readonly string[],
  cni: boolean | undefined,
): PodTemplate {
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([name]) => !unread.includes(name));
  const other = cni ? "istio-init" : "istio-validation";
  const initContainers = spec.initContainers?.filter(({ name }) => cni === undefined || name !== other);
  return {
    metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
    spec: { ...spec, ...(initContainers ? { initContainers } : {}) },
  };
}

function layersOfPod(
  { metadata }: PodTemplate,
  { namespace, layers, installed = {} }: SidecarContext,
): LeveledSettings[] {
  const reaching = layersReaching(layers, namespace, metadata?.labels);
  return [
    { level: "installed", settings: installed },
    ...(reaching.global ? [{ level: "global", ...reaching.global } as const] : []),
    ...(reaching.namespace ? [{ level: "namespace", ...reaching.namespace } as const] : []),
    ...reaching.workloads.map((layer) => ({ level: "workload", ...layer }) as const),
  ];
}

function podSettings(template: PodTemplate): CanonicalSettings {
  return Object.fromEntries(
    [...readOverrides(template)].flatMap(([path, { value }]) => (value === undefined ? [] : [[path, value]])),
  );
}

/** Why a setting has no value although a level sets one: something on the pod drops it. */
function whyTakenAway(
  { path, declaration, name }: Omit<SettingEntry, "value">,
  template: PodTemplate,
  pod: CanonicalSettings,
): string | undefined {
  if (pod[path] !== undefined || !isOverridden(declaration, name, template)) return undefined;
  if (declaration.merge === "unite") return "the pod sets the arguments of istio-init itself";
  if (isDropped(declaration, template))
    return "the pod has a resource annotation, so Istio drops every amount that the pod doesn't set itself";
  const override = declaration.overrides(name)[0];
  return override?.by === "proxyConfig"
    ? `the pod's ${proxyConfigAnnotation} sets ${override.path[0]} as a whole`
    : "the pod has its own container of that name, which decides it";
}

type Shown = Record<string, string | null>;
type Values = Readonly<Record<string, SettingValue | undefined>>;

function shownFields(template: PodTemplate, values: Values, managed: Values): Map<string, Shown> {
  const shown = new Map<string, Shown>();
  const hasInit = String(values.interceptionMode ?? "").toUpperCase() !== "NONE";
  const hasProbes = template.metadata?.annotations?.["status.sidecar.istio.io/port"] !== "0";
  for (const entry of inOrder(Object.keys(values))) {
    const { path, declaration, name } = entry;
    const value = values[path];
    const fields: Shown = {};
    for (const podField of declaration.podFields(name)) {
      if (!hasInit && "of" in podField && podField.of === "istio-init") continue;
      if (podField.in === "container" && /Probe$/.test(podField.path[0] ?? "") && !hasProbes) continue;
      const own = overrideAt(declaration, name, podField, template);
      if (own.isSet) {
        if (own.value !== undefined && !(podField.in === "env" && podField.as === "seconds"))
          fields[fieldName(podField)] = shownValue(podField, entry, own.value, values);
      } else if (isDropped(declaration, template)) fields[fieldName(podField)] = null;
      else if (value !== undefined && managed[path] !== undefined)
        fields[fieldName(podField)] = shownValue(podField, entry, managed[path], values);
    }
    shown.set(path, fields);
  }
  if (values["startupProbe.enabled"] === false) shown.delete("startupProbe.failureThreshold");
  if (hasInit) showInitAmounts(template, values, managed, shown);
  showScaledAmounts(template, values, shown);
  fillRequests(shown);
  return shown;
}

function shownValue(
  podField: PodField,
  { declaration, name }: Omit<SettingEntry, "value">,
  value: SettingValue,
  values: Values,
): string {
  const rendering = declaration.rendering(name);
  if (podField.in === "flag" && podField.list) {
    const always = rendering.to === "value" ? settingAt("united", rendering.path)?.path : undefined;
    return comparableList(String(united(values[always ?? ""] ?? "", value)));
  }
  return comparableValue(podField, value);
}

// the init container defaults to the proxy's amounts, except those from the pod's own istio-proxy container
function showInitAmounts(
  template: PodTemplate,
  values: Values,
  managed: Values,
  shown: Map<string, Shown>,
): void {
  for (const { declaration, of, field } of amountSettings) {
    if (of !== proxyContainer) continue;
    const init = amountSettings.find(
      (one) => one.of === "istio-init" && one.field.join() === field.join(),
    )?.declaration;
    const [podField] = init?.podFields("") ?? [];
    if (!init || !podField || overrideAt(init, "", podField, template).isSet) continue;
    const override = declaration.overrides("").find(({ by }) => by === "annotation");
    const annotation =
      override?.by === "annotation" ? template.metadata?.annotations?.[override.name] : undefined;
    const dropped = isDropped(declaration, template);
    if (!dropped && values[init.path] !== undefined) continue;
    const value = dropped ? (annotation ?? null) : managed[declaration.path];
    const fields = shown.get(init.path) ?? shown.get(declaration.path);
    if (value !== undefined && fields)
      fields[fieldName(podField)] = value === null ? null : comparableValue(podField, value);
  }
}

// like the API server, which defaults requests to limits
function fillRequests(shown: Map<string, Shown>): void {
  const all = new Map([...shown.values()].flatMap((fields) => Object.entries(fields)));
  for (const fields of shown.values()) {
    for (const [field, value] of Object.entries(fields)) {
      const limit = all.get(field.replace(" requests.", " limits."));
      if (value === null && field.includes(" requests.") && limit) fields[field] = limit;
    }
  }
}

function showScaledAmounts(template: PodTemplate, values: Values, shown: Map<string, Shown>): void {
  if (!scaledSetting || !values[scaledSetting.path] || isOverridden(scaledSetting, "", template)) return;
  const fields: Shown = {};
  const shares = scaledShares(values, template);
  for (const { declaration, of, field, resource } of amountSettings) {
    const at = field.join(".");
    if (of !== proxyContainer || !shares.has(at) || isOverridden(declaration, "", template)) continue;
    const share = shares.get(at);
    fields[amountField(proxyContainer, field)] =
      share === undefined ? null : comparableAmount(share, resource);
    const theirs = shown.get(declaration.path);
    if (theirs) delete theirs[amountField(proxyContainer, field)];
  }
  shown.set(scaledSetting.path, fields);
}
