import type { PodTemplate } from "../cluster/podTemplate.js";
import { allContainers } from "../cluster/podTemplate.js";
import { united } from "../levels/effectiveSettings.js";
import {
  proxyConfigAnnotation,
  resourceAnnotations,
  saysKey,
  templatesAnnotation,
} from "../render/podAnnotations.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { declarations, type SettingDeclaration } from "../settings/declarations.js";
import { secondsOf } from "../settings/duration.js";
import { listEntries } from "../settings/list.js";
import {
  amountField,
  argumentField,
  comparableHook,
  comparableList,
  envField,
  hasInit,
  hookField,
  proxyConfigField,
  proxyContainer,
  type SidecarFields,
} from "./sidecarFields.js";

/** Effective settings, Istio's installation included: as they are in the injector, and as they will be. */
export interface SettingsChange {
  before: CanonicalSettings;
  after: CanonicalSettings;
}

/**
 * What the injector will give a pod once it has the new settings: its answer of today, with each changed setting that the
 * pod itself does not decide put in place. A setting that goes away without a weaker level leaves Istio's own value, which
 * can't be known here; its field is left out. Of pods that `istioctl kube-inject` has been at, only whether they restart is
 * predicted, not each field.
 */
export function predictFields(
  today: SidecarFields,
  template: PodTemplate,
  change: SettingsChange,
): SidecarFields {
  if (!usesSidecarTemplate(template)) return today;
  const fields: Record<string, string> = { ...today };
  for (const declaration of declarations) {
    const { path, rendering } = declaration;
    if (same(change, path) && rendering.to !== "initResources") continue;
    if (isMasked(declaration, template)) continue;
    const value = change.after[path];
    switch (rendering.to) {
      case "proxyValue":
        predictList(fields, template, change, rendering.key);
        break;
      case "united":
        predictList(fields, template, change, rendering.key);
        break;
      case "proxyValueField":
        if (rendering.merge === "injection") set(fields, amountField(proxyContainer, rendering.field), value);
        else set(fields, hookField(rendering.field), value === undefined ? undefined : comparableHook(value));
        break;
      case "initResources":
        predictInitAmount(fields, change, rendering.field);
        break;
      case "proxyConfig":
        if (!wasInjected(template)) set(fields, proxyConfigField(rendering.field), value);
        if (!saysEnv(template, rendering.secondsEnv)) {
          set(
            fields,
            envField(proxyContainer, rendering.secondsEnv),
            value === undefined ? undefined : String(secondsOf(String(value))),
          );
        }
        break;
      case "proxyMetadata":
        for (const name of rendering.names.filter((variable) => !saysEnv(template, variable))) {
          const text = value === undefined ? undefined : String(value);
          set(fields, envField(proxyContainer, name), text);
          if (hasInit(today)) set(fields, envField("istio-init", name), text);
          if (!wasInjected(template)) set(fields, proxyConfigField(`proxyMetadata.${name}`), text);
        }
        break;
    }
  }
  dropIstiosOwnHooks(fields, template, change);
  return fields;
}

// settings are in the template `sidecar` alone: gateways and the like never get them
function usesSidecarTemplate({ metadata }: PodTemplate): boolean {
  const named = metadata?.annotations?.[templatesAnnotation];
  return named === undefined || named.split(",").some((name) => name.trim() === "sidecar");
}

// one hook of ours makes Istio leave out its own other one; when the last of ours goes, Istio's own can't be known
function dropIstiosOwnHooks(
  fields: Record<string, string>,
  template: PodTemplate,
  change: SettingsChange,
): void {
  const hooks = declarations.flatMap((declaration) => {
    const { rendering } = declaration;
    const isHook = rendering.to === "proxyValueField" && rendering.merge === "compose";
    return isHook ? [{ declaration, field: hookField(rendering.field) }] : [];
  });
  if (hooks.every(({ declaration }) => same(change, declaration.path))) return;
  for (const { declaration, field } of hooks) {
    if (change.after[declaration.path] === undefined && !isMasked(declaration, template))
      delete fields[field];
  }
}

/** Whether the pod itself decides the setting: by Istio's annotations, or by a container of the sidecar's name. */
export function isMasked({ rendering }: SettingDeclaration, template: PodTemplate): boolean {
  const annotations = template.metadata?.annotations ?? {};
  switch (rendering.to) {
    case "proxyValue":
      return (
        annotations[rendering.annotation] !== undefined ||
        ownContainer(template, "istio-init")?.args !== undefined
      );
    case "united":
      return ownContainer(template, "istio-init")?.args !== undefined;
    case "proxyValueField": {
      if (rendering.merge === "compose")
        return ownContainer(template, proxyContainer)?.lifecycle?.[rendering.field[0] ?? ""] !== undefined;
      const [kind, resource] = rendering.field as ["limits" | "requests", string];
      return (
        hasResourceAnnotation(template) ||
        ownContainer(template, proxyContainer)?.resources?.[kind]?.[resource] !== undefined
      );
    }
    case "initResources": {
      const [kind, resource] = rendering.field as ["limits" | "requests", string];
      return (
        hasResourceAnnotation(template) ||
        ownContainer(template, "istio-init")?.resources?.[kind]?.[resource] !== undefined
      );
    }
    case "proxyConfig":
      return [rendering.field, rendering.alias].some((key) =>
        saysKey(annotations[proxyConfigAnnotation], key),
      );
    case "proxyMetadata":
      return rendering.names.every((name) => saysEnv(template, name));
  }
}

function predictList(
  fields: Record<string, string>,
  template: PodTemplate,
  change: SettingsChange,
  key: string,
): void {
  const listed = declarations.find(({ rendering }) => rendering.to === "proxyValue" && rendering.key === key);
  if (listed?.rendering.to !== "proxyValue") return;
  const { annotation } = listed.rendering;
  const field = argumentField(listed.rendering);
  const today = fields[field];
  if (today === undefined) return;
  const always =
    declarations.find(({ rendering }) => rendering.to === "united" && rendering.key === key)?.path ?? "";
  const own = template.metadata?.annotations?.[annotation];
  const list = (settings: CanonicalSettings) =>
    listEntries(String(united(settings[always] ?? "", own ?? settings[listed.path] ?? "")));
  // Istio adds entries of its own, such as its status port
  const before = new Set(list(change.before));
  const extra = listEntries(today).filter((entry) => !before.has(entry));
  fields[field] = comparableList([...extra, ...list(change.after)].join(","));
}

// where the init container has no amount of its own, the one of istio-proxy
function predictInitAmount(
  fields: Record<string, string>,
  change: SettingsChange,
  field: readonly string[],
): void {
  if (!hasInit(fields)) return;
  const amount = (settings: CanonicalSettings) =>
    settings[`initResources.${field.join(".")}`] ?? settings[`proxyResources.${field.join(".")}`];
  if (amount(change.before) !== amount(change.after))
    set(fields, amountField("istio-init", field), amount(change.after));
}

function wasInjected({ metadata }: PodTemplate): boolean {
  return metadata?.annotations?.["sidecar.istio.io/status"] !== undefined;
}

function hasResourceAnnotation({ metadata }: PodTemplate): boolean {
  return resourceAnnotations.some((name) => metadata?.annotations?.[name] !== undefined);
}

function saysEnv(template: PodTemplate, name: string): boolean {
  return (
    saysKey(template.metadata?.annotations?.[proxyConfigAnnotation], name) ||
    ownContainer(template, proxyContainer)?.env?.some((variable) => variable.name === name) === true
  );
}

function ownContainer(template: PodTemplate, name: string) {
  // the init container that istioctl kube-inject once put there, the injector replaces by its own
  if (name !== proxyContainer && wasInjected(template)) return undefined;
  return allContainers(template.spec).find((container) => container.name === name);
}

function same({ before, after }: SettingsChange, path: string): boolean {
  return JSON.stringify(before[path]) === JSON.stringify(after[path]);
}

function set(fields: Record<string, string>, field: string, value: unknown): void {
  if (value === undefined) delete fields[field];
  else fields[field] = String(value);
}
