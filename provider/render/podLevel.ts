import { parse } from "yaml";
import { allContainers, type Container, type PodTemplate } from "../cluster/podTemplate.js";
import { type CanonicalSettings, inOrder, settingEntries, valueAt } from "../settings/canonicalSettings.js";
import { declarations, type SettingDeclaration, type SettingValue } from "../settings/declarations.js";
import type { ContainerRole, PodWay, Sight } from "../settings/SettingDeclaration.js";
import { ownKeys, proxyConfigAnnotation, saysKey } from "./podAnnotations.js";

/** What a pod says of its sidecar itself, before it is injected. */
export interface PodLevel {
  /** In canonical form where settings have one, else as the pod says it. */
  settings: CanonicalSettings;
  /** Settings that no layer can give the pod, since it says another of their kind: one amount, and Istio drops all defaults. */
  dropped: readonly string[];
}

/** Whether no layer's value of a setting reaches a pod: it says its own, or something that takes it away. */
export function saysItself(declaration: SettingDeclaration, name: string, template: PodTemplate): boolean {
  return (
    annotatesItself(declaration, name, template) ||
    declaration.podWays(name).some((way) => way.by === "container" && isSaid(way, template))
  );
}

/** Whether a pod's annotations keep every layer's value of a setting away from all of its containers. */
export function annotatesItself(
  declaration: SettingDeclaration,
  name: string,
  template: PodTemplate,
): boolean {
  if (isDropped(declaration, template)) return true;
  const rendering = declaration.rendering(name);
  // each variable by itself
  if (rendering.to === "proxyMetadata")
    return rendering.names.every((variable) => saysKey(ownConfig(template), variable));
  return declaration.podWays(name).some((way) => way.by !== "container" && isSaid(way, template));
}

export function isDropped({ droppedBy }: SettingDeclaration, { metadata }: PodTemplate): boolean {
  return droppedBy.some((annotation) => metadata?.annotations?.[annotation] !== undefined);
}

/** Reads the pod level, by Istio's own rules. `names`: open settings' names that other levels have. */
export function podLevel(template: PodTemplate): PodLevel {
  const settings: [string, SettingValue][] = [];
  const dropped: string[] = [];
  for (const declaration of declarations) {
    for (const name of declaration.open ? namesSaid(declaration, template) : [""]) {
      const path = name === "" ? declaration.path : `${declaration.path}.${name}`;
      const raw = rawValue(declaration, name, template);
      if (raw !== undefined) settings.push([path, canonical(declaration, raw)]);
      else if (isDropped(declaration, template)) dropped.push(path);
    }
  }
  return { settings: Object.fromEntries(settings), dropped };
}

/** Setting paths that any of the layers has and the pod decides, each way of saying it included. */
export function decidedByPod(template: PodTemplate, given: readonly CanonicalSettings[]): string[] {
  return inOrder(new Set(given.flatMap((settings) => settingEntries(settings).map(({ path }) => path))))
    .filter(({ declaration, name }) => saysItself(declaration, name, template))
    .map(({ path }) => path);
}

export function ownContainer(template: PodTemplate, name: ContainerRole): Container | undefined {
  // the init container that istioctl kube-inject once put there, the injector replaces by its own
  if (name === "istio-init" && wasInjected(template)) return undefined;
  return allContainers(template.spec).find((container) => container.name === name);
}

export function wasInjected({ metadata }: PodTemplate): boolean {
  return metadata?.annotations?.["sidecar.istio.io/status"] !== undefined;
}

function isSaid(way: PodWay, template: PodTemplate): boolean {
  switch (way.by) {
    case "annotation":
      return template.metadata?.annotations?.[way.name] !== undefined;
    case "proxyConfig":
      return saysKey(ownConfig(template), ownKeys(way.path[0] ?? ""));
    case "container":
      return valueAt(ownContainer(template, way.of), way.path) !== undefined;
  }
}

function rawValue(declaration: SettingDeclaration, name: string, template: PodTemplate): unknown {
  for (const way of declaration.podWays(name)) {
    const found = wayValue(way, declaration.sights(name), template);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wayValue(way: PodWay, sights: readonly Sight[], template: PodTemplate): unknown {
  switch (way.by) {
    case "annotation":
      return template.metadata?.annotations?.[way.name];
    case "proxyConfig":
      return way.path.reduce<unknown>(
        (at, key) => valueAt(at, [key]) ?? valueAt(at, [ownKeys(key).split("|").at(-1) ?? key]),
        configOf(template),
      );
    case "container": {
      const container = ownContainer(template, way.of);
      if (!container) return undefined;
      if (way.path.length === 0) return !template.spec.containers.includes(container);
      const value = valueAt(container, way.path);
      return way.path[0] === "args" && Array.isArray(value) ? argumentOf(value, sights) : value;
    }
  }
}

function argumentOf(args: readonly unknown[], sights: readonly Sight[]): string | undefined {
  for (const sight of sights) {
    if (sight.in === "flag") {
      const at = args.indexOf(sight.flag);
      if (at >= 0) return String(args[at + 1] ?? "");
    }
    if (sight.in === "argument") {
      const found = args.find((argument) => String(argument).startsWith(sight.prefix));
      if (found !== undefined) return String(found).slice(sight.prefix.length);
    }
  }
  return undefined;
}

function namesSaid(declaration: SettingDeclaration, template: PodTemplate): string[] {
  const [way] = declaration.podWays("");
  if (way?.by !== "proxyConfig") return [];
  const map = wayValue({ ...way, path: way.path.slice(0, -1) }, [], template);
  return typeof map === "object" && map !== null
    ? Object.keys(map).filter((name) => !("found" in (declaration.open?.(name) ?? {})))
    : [];
}

// annotations are text: "true" is what a boolean setting calls true
function canonical({ parse: read }: SettingDeclaration, raw: unknown): SettingValue {
  const candidates = raw === "true" ? [true, raw] : raw === "false" ? [false, raw] : [raw];
  for (const candidate of candidates) {
    const found = read(candidate);
    if ("value" in found) return found.value;
  }
  return typeof raw === "string" || typeof raw === "boolean" ? raw : JSON.stringify(raw);
}

function ownConfig({ metadata }: PodTemplate): string | undefined {
  return metadata?.annotations?.[proxyConfigAnnotation];
}

function configOf(template: PodTemplate): unknown {
  try {
    return parse(ownConfig(template) ?? "");
  } catch {
    // Istio denies such a pod
    return undefined;
  }
}
