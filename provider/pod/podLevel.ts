import { allContainers, type Container, type PodTemplate } from "../cluster/podTemplate.js";
import { valueAt } from "../data/valueAt.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { declarations, type SettingDeclaration, type SettingValue } from "../settings/declarations.js";
import type { ContainerRole, PodField, PodOverride } from "../settings/SettingDeclaration.js";
import { ownKeys, proxyConfigAnnotation, proxyConfigOf, setsKey } from "./podAnnotations.js";

/** The settings that a pod has itself, before injection. */
export interface PodLevel {
  /** In canonical form if the value is valid for the setting, otherwise as on the pod. */
  settings: CanonicalSettings;
  /** Settings that no layer can set, since the pod has another of their kind: given one amount, Istio drops all defaults. */
  dropped: readonly string[];
}

/** Reads the pod level by Istio's rules. */
export function podLevel(template: PodTemplate): PodLevel {
  const settings: [string, SettingValue][] = [];
  const dropped: string[] = [];
  for (const declaration of declarations) {
    for (const name of declaration.open ? overriddenNames(declaration, template) : [""]) {
      if (!isOverridden(declaration, name, template)) continue;
      const path = name === "" ? declaration.path : `${declaration.path}.${name}`;
      const value = overridingValue(declaration, name, template);
      if (value !== undefined) settings.push([path, value]);
      else if (isDropped(declaration, template)) dropped.push(path);
    }
  }
  return { settings: Object.fromEntries(settings), dropped };
}

/** Whether no layer's value of a setting reaches the pod, since the pod overrides or drops it. */
export function isOverridden(declaration: SettingDeclaration, name: string, template: PodTemplate): boolean {
  if (isDropped(declaration, template)) return true;
  const podFields = declaration.podFields(name);
  return podFields.length > 0
    ? podFields.every((podField) => overrideAt(declaration, name, podField, template).isSet)
    : declaration.overrides(name).some((override) => isPresent(override, template));
}

/** Whether the pod has an amount that makes Istio drop this setting, unless the pod sets it as well. */
export function isDropped({ droppedBy }: SettingDeclaration, { metadata }: PodTemplate): boolean {
  return droppedBy.some((annotation) => metadata?.annotations?.[annotation] !== undefined);
}

export interface FieldOverride {
  isSet: boolean;
  /** In canonical form; undefined if the override has no value of its own, or Kubernetes decides it. */
  value?: SettingValue;
}

/** The pod's override of a setting for one field. The pod's own container is merged last, so it wins over annotations. */
export function overrideAt(
  declaration: SettingDeclaration,
  name: string,
  podField: PodField,
  template: PodTemplate,
): FieldOverride {
  const variable = variableOf(podField);
  if (variable !== undefined) {
    const own = podField.in === "env" ? ownVariable(template, podField.of, variable) : undefined;
    if (own) return own;
    if (setsKey(ownConfig(template), variable)) {
      const value = configValue(template, ["proxyMetadata", variable]);
      return { isSet: true, ...(value === undefined ? {} : { value: canonical(declaration, value) }) };
    }
  }
  const overrides = declaration
    .overrides(name)
    .filter((override) => !("of" in override) || !("of" in podField) || override.of === podField.of)
    .filter((override) => !(override.by === "proxyConfig" && override.path[0] === "proxyMetadata"))
    .sort((a, b) => strength.indexOf(a.by) - strength.indexOf(b.by));
  for (const override of overrides) {
    if (!isPresent(override, template)) continue;
    const raw = rawValue(override, podField, template);
    if (raw !== undefined) return { isSet: true, value: canonical(declaration, raw) };
    if (override.by !== "proxyConfig") return { isSet: true };
  }
  return { isSet: overrides.some((override) => isPresent(override, template)) };
}

const strength: readonly PodOverride["by"][] = ["container", "annotation", "proxyConfig", "presence"];

function ownContainer(template: PodTemplate, name: ContainerRole): Container | undefined {
  // an init container from istioctl kube-inject is replaced by the injector
  if (name === "istio-init" && wasInjected(template)) return undefined;
  return allContainers(template.spec).find((container) => container.name === name);
}

function wasInjected({ metadata }: PodTemplate): boolean {
  return metadata?.annotations?.["sidecar.istio.io/status"] !== undefined;
}

function overridingValue(
  declaration: SettingDeclaration,
  name: string,
  template: PodTemplate,
): SettingValue | undefined {
  const podFields = declaration.podFields(name);
  for (const podField of podFields) {
    const { value } = overrideAt(declaration, name, podField, template);
    if (value !== undefined) return value;
  }
  if (podFields.length > 0) return undefined;
  for (const override of declaration.overrides(name)) {
    const raw = isPresent(override, template) ? rawValue(override, undefined, template) : undefined;
    if (raw !== undefined) return canonical(declaration, raw);
  }
  return undefined;
}

function variableOf(podField: PodField): string | undefined {
  if (podField.in === "env") return podField.name;
  return podField.in === "proxyConfig" && podField.path[0] === "proxyMetadata" ? podField.path[1] : undefined;
}

function ownVariable(template: PodTemplate, of: ContainerRole, name: string): FieldOverride | undefined {
  const variable = ownContainer(template, of)?.env?.find((one) => one.name === name);
  return variable && { isSet: true, ...(variable.valueFrom ? {} : { value: variable.value ?? "" }) };
}

function isPresent(override: PodOverride, template: PodTemplate): boolean {
  switch (override.by) {
    case "annotation":
      return template.metadata?.annotations?.[override.name] !== undefined;
    case "proxyConfig":
      return setsKey(ownConfig(template), ownKeys(override.path[0] ?? ""));
    case "container":
      return containerValue(override, template) !== undefined;
    case "presence":
      return ownContainer(template, override.of) !== undefined;
  }
}

function containerValue(override: PodOverride & { by: "container" }, template: PodTemplate): unknown {
  const container = ownContainer(template, override.of);
  const value = valueAt(container, override.path);
  if (value !== undefined) return value === "auto" && override.path[0] === "image" ? undefined : value;
  // the API server defaults requests to limits
  return override.path[0] === "resources" && override.path[1] === "requests"
    ? valueAt(container, ["resources", "limits", ...override.path.slice(2)])
    : undefined;
}

function rawValue(override: PodOverride, podField: PodField | undefined, template: PodTemplate): unknown {
  switch (override.by) {
    case "annotation":
      return template.metadata?.annotations?.[override.name];
    case "proxyConfig":
      return configValue(template, override.path);
    case "container": {
      const value = containerValue(override, template);
      return override.path[0] === "args" && Array.isArray(value) ? argumentOf(value, podField) : value;
    }
    case "presence":
      return undefined;
  }
}

// protobuf JSON allows camel case and snake case
function configValue(template: PodTemplate, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => valueAt(at, [key]) ?? valueAt(at, [ownKeys(key).split("|").at(-1) ?? key]),
    proxyConfigOf(ownConfig(template)),
  );
}

function argumentOf(args: readonly unknown[], podField: PodField | undefined): string | undefined {
  if (podField?.in === "flag") {
    const at = args.indexOf(podField.flag);
    return at < 0 ? "" : String(args[at + 1] ?? "");
  }
  return podField?.in === "argument"
    ? args
        .map(String)
        .find((argument) => argument.startsWith(podField.prefix))
        ?.slice(podField.prefix.length)
    : undefined;
}

function overriddenNames(declaration: SettingDeclaration, template: PodTemplate): string[] {
  const [override] = declaration.overrides("");
  if (override?.by !== "proxyConfig") return [];
  const map = rawValue({ ...override, path: override.path.slice(0, -1) }, undefined, template);
  return typeof map === "object" && map !== null
    ? Object.keys(map).filter((name) => !("got" in (declaration.open?.(name) ?? {})))
    : [];
}

function canonical({ parseLoose }: SettingDeclaration, raw: unknown): SettingValue {
  const read = parseLoose(raw);
  if ("value" in read) return read.value;
  return typeof raw === "string" || typeof raw === "boolean" ? raw : JSON.stringify(raw);
}

function ownConfig({ metadata }: PodTemplate): string | undefined {
  return metadata?.annotations?.[proxyConfigAnnotation];
}
