import { proxyConfigAnnotation, proxyConfigOf } from "../render/podAnnotations.js";
import { valueAt } from "../settings/canonicalSettings.js";
import { declarations, type SettingDeclaration } from "../settings/declarations.js";
import { fixedSettings } from "../settings/fixedSettings.js";
import { textOf } from "../settings/problem.js";
import type { PodWay } from "../settings/SettingDeclaration.js";

/** What pods say of a setting themselves: as it is written there, and by which annotation. */
export interface PodSaying {
  setting: string;
  annotation: string;
  value: unknown;
}

/** The settings that a pod template's annotations say, whatever they are worth. */
export function podSays(annotations: Readonly<Record<string, string>>): PodSaying[] {
  const config = proxyConfigOf(annotations[proxyConfigAnnotation]);
  return declarations.flatMap((declaration) => {
    const names = declaration.open ? namesIn(config, declaration.podWays("")) : [""];
    return names.flatMap((name) => saying(declaration, name, annotations, config));
  });
}

function saying(
  { path, podWays, rendering }: SettingDeclaration,
  name: string,
  annotations: Readonly<Record<string, string>>,
  config: unknown,
): PodSaying[] {
  const setting = name === "" ? path : `${path}.${name}`;
  const ways = podWays(name);
  const annotation = ways.find((way) => way.by === "annotation");
  if (annotation?.by === "annotation" && annotations[annotation.name] !== undefined) {
    const value = booleanOf(annotations[annotation.name]);
    return [{ setting, annotation: annotation.name, value }];
  }
  const values = ways.flatMap((way) => (way.by === "proxyConfig" ? [valueAt(config, way.path)] : []));
  // one setting may stand for several variables, which then all have its value
  const same = values.every((value) => textOf(value) === textOf(values[0]));
  if (!same || values[0] === undefined) return [];
  const isVariable = rendering(name).to === "proxyMetadata" && name === "";
  return [
    { setting, annotation: proxyConfigAnnotation, value: isVariable ? booleanOf(values[0]) : values[0] },
  ];
}

// names that other settings stand for are those settings'
function namesIn(config: unknown, ways: readonly PodWay[]): string[] {
  const [way] = ways;
  const map = way?.by === "proxyConfig" ? valueAt(config, way.path.slice(0, -1)) : undefined;
  const taken = new Set(
    fixedSettings.flatMap(({ rendering }) => (rendering.to === "proxyMetadata" ? rendering.names : [])),
  );
  return typeof map === "object" && map !== null ? Object.keys(map).filter((name) => !taken.has(name)) : [];
}

/** Istio's own text for true and false. */
export function booleanOf(value: unknown): unknown {
  return value === "true" ? true : value === "false" ? false : value;
}
