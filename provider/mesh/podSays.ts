import { fieldAt } from "../data/fieldAt.js";
import type { Parsed } from "../data/parsed.js";
import { textOf } from "../data/problem.js";
import { proxyConfigAnnotation, proxyConfigOf } from "../pod/podAnnotations.js";
import { declarations, type SettingDeclaration, type SettingValue } from "../settings/declarations.js";
import { fixedSettings } from "../settings/fixedSettings.js";
import type { PodOverride } from "../settings/SettingDeclaration.js";
import { foreignSettings, readLoosely } from "./foreignSettings.js";

/** A setting in a pod's annotations: in canonical form or with the reason why it has none, and the annotation. */
export interface PodSaying {
  setting: string;
  annotation: string;
  read: Parsed<SettingValue>;
}

/** The settings in the annotations of a pod template; if two annotations have the same setting, the stronger one. */
export function podSays(annotations: Readonly<Record<string, string>>): PodSaying[] {
  const config = proxyConfigOf(annotations[proxyConfigAnnotation]);
  const bySetting = new Map<string, PodSaying>();
  for (const { setting, field, read } of foreignSettings("annotation", annotations).found)
    bySetting.set(setting, { setting, annotation: field, read });
  for (const declaration of declarations) {
    const names = declaration.open ? namesIn(config, declaration.overrides("")) : [""];
    for (const one of names.flatMap((name) => saying(declaration, name, annotations, config)))
      if (!bySetting.has(one.setting)) bySetting.set(one.setting, one);
  }
  return [...bySetting.values()];
}

function saying(
  declaration: SettingDeclaration,
  name: string,
  annotations: Readonly<Record<string, string>>,
  config: unknown,
): PodSaying[] {
  const { path, overrides } = declaration;
  const setting = name === "" ? path : `${path}.${name}`;
  const ways = overrides(name);
  const found = (annotation: string, value: unknown) => [
    { setting, annotation, read: readLoosely(declaration, name, value) },
  ];
  const way = ways.find(({ by }) => by === "annotation");
  const own = way?.by === "annotation" ? annotations[way.name] : undefined;
  if (way?.by === "annotation" && own !== undefined) return found(way.name, own);
  const values = ways.flatMap((one) => (one.by === "proxyConfig" ? [fieldAt(config, one.path)?.value] : []));
  // one setting may map to several variables, which must all have its value
  const same = values.every((value) => textOf(value) === textOf(values[0]));
  return !same || values[0] === undefined ? [] : found(proxyConfigAnnotation, values[0]);
}

// names that belong to other settings are left to those
function namesIn(config: unknown, ways: readonly PodOverride[]): string[] {
  const [way] = ways;
  const map = way?.by === "proxyConfig" ? fieldAt(config, way.path.slice(0, -1))?.value : undefined;
  const taken = new Set(
    fixedSettings.flatMap(({ rendering }) => (rendering.to === "proxyMetadata" ? rendering.names : [])),
  );
  return typeof map === "object" && map !== null ? Object.keys(map).filter((name) => !taken.has(name)) : [];
}
