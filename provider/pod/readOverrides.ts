import { allContainers, type Container, type PodTemplate } from "../cluster/podTemplate.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { fieldAt } from "../data/fieldAt.js";
import { recordOf } from "../data/isRecord.js";
import type { Refusal } from "../data/parsed.js";
import { valueAt } from "../data/valueAt.js";
import { declarations, type SettingDeclaration, type SettingValue } from "../settings/declarations.js";
import { fixedSettings } from "../settings/fixedSettings.js";
import { readLoosely } from "../settings/readLoosely.js";
import type { ContainerRole, PodField, PodOverride } from "../settings/SettingDeclaration.js";
import { ownKeys, proxyConfigAnnotation, proxyConfigOf, setsKey } from "./podAnnotations.js";

/** A pod's own value for a setting, before injection. */
interface OwnValue {
  /** In canonical form if settings can have it, otherwise as on the pod; undefined if no setting can have the name. */
  value?: SettingValue;
  /** Why settings can't have it. */
  refusal?: Refusal;
  /** The annotation that has it; undefined for a container of the pod's own. */
  annotation?: string;
}

/** Reads by Istio's rules the settings, by path, that a pod overrides with a value of its own. */
export function readOverrides(template: PodTemplate): ReadonlyMap<string, OwnValue> {
  const found = new Map<string, OwnValue>();
  for (const declaration of declarations) {
    for (const name of declaration.open ? overriddenNames(declaration, template) : [""]) {
      const own = ownValue(declaration, name, template);
      if (own) found.set(name === "" ? declaration.path : `${declaration.path}.${name}`, own);
    }
  }
  return found;
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

/** Without a value if the override has none of its own, or Kubernetes decides it. */
interface FieldOverride extends OwnValue {
  isSet: boolean;
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
      const raw = configValue(template, ["proxyMetadata", variable]);
      return {
        isSet: true,
        ...(raw === undefined ? {} : read(declaration, name, raw, proxyConfigAnnotation)),
      };
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
    if (raw !== undefined) return { isSet: true, ...read(declaration, name, raw, annotationOf(override)) };
    if (override.by !== "proxyConfig") return { isSet: true };
  }
  return { isSet: overrides.some((override) => isPresent(override, template)) };
}

const strength: readonly PodOverride["by"][] = ["container", "annotation", "proxyConfig", "presence"];

function ownContainer(template: PodTemplate, name: ContainerRole): Container | undefined {
  const own = (one: string) => allContainers(template.spec).find((container) => container.name === one);
  if (name !== "istio-init") return own(name);
  // an init container from istioctl kube-inject is replaced by the injector
  if (wasInjected(template)) return undefined;
  // one that the injector does not replace keeps the image `auto`, and its pod never starts: so a pod has the name that its mesh uses
  return own("istio-validation") ?? own("istio-init");
}

function wasInjected({ metadata }: PodTemplate): boolean {
  return metadata?.annotations?.["sidecar.istio.io/status"] !== undefined;
}

function ownValue(
  declaration: SettingDeclaration,
  name: string,
  template: PodTemplate,
): OwnValue | undefined {
  const named = declaration.open?.(name) ?? { value: name };
  if ("got" in named) return { refusal: named, annotation: proxyConfigAnnotation };
  if (!isOverridden(declaration, name, template)) return undefined;
  const podFields = declaration.podFields(name);
  if (podFields.length > 0) {
    // the variable that accompanies a field has the layers' value
    const found = podFields
      .filter((podField) => !(podField.in === "env" && podField.as === "seconds"))
      .map((podField) => overrideAt(declaration, name, podField, template));
    const first = found.find(({ value }) => value !== undefined);
    if (!first) return undefined;
    const { isSet: _, ...own } = first;
    const values = new Set(found.map(({ value }) => canonicalJson(value ?? null)));
    return values.size === 1 ? own : { ...own, refusal: differing(values) };
  }
  for (const override of declaration.overrides(name)) {
    const raw = isPresent(override, template) ? rawValue(override, undefined, template) : undefined;
    if (raw !== undefined) return read(declaration, name, raw, annotationOf(override));
  }
  return undefined;
}

function differing(values: Iterable<string>): Refusal {
  return {
    got: [...values].join(" and "),
    expected: "the same value wherever the pod has the setting",
    todo: "set all of them to one value",
  };
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

function configValue(template: PodTemplate, path: readonly string[]): unknown {
  return fieldAt(proxyConfigOf(ownConfig(template)), path)?.value;
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

function overriddenNames({ overrides }: SettingDeclaration, template: PodTemplate): string[] {
  const [override] = overrides("");
  const path = override?.by === "proxyConfig" ? override.path.slice(0, -1) : [];
  const map = recordOf(path.length > 0 ? configValue(template, path) : undefined);
  // variables that belong to other settings are left to those; null means unset
  return Object.keys(map).filter(
    (name) => map[name] !== null && !(path[0] === "proxyMetadata" && settingsVariables.has(name)),
  );
}

const settingsVariables = new Set(
  fixedSettings.flatMap(({ rendering }) => (rendering.to === "proxyMetadata" ? rendering.names : [])),
);

function read(declaration: SettingDeclaration, name: string, raw: unknown, annotation?: string): OwnValue {
  const found = readLoosely(declaration, name, raw);
  const where = annotation === undefined ? {} : { annotation };
  if ("value" in found) return { value: found.value, ...where };
  const value = typeof raw === "string" || typeof raw === "boolean" ? raw : JSON.stringify(raw);
  return { value, refusal: found, ...where };
}

function annotationOf(override: PodOverride): string | undefined {
  if (override.by === "annotation") return override.name;
  return override.by === "proxyConfig" ? proxyConfigAnnotation : undefined;
}

function ownConfig({ metadata }: PodTemplate): string | undefined {
  return metadata?.annotations?.[proxyConfigAnnotation];
}
