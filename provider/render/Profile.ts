import { createHash } from "node:crypto";
import {
  type EffectiveSettings,
  effectiveSettings,
  effectiveValues,
  type Level,
  united,
} from "../levels/effectiveSettings.js";
import { type CanonicalSettings, valueAt } from "../settings/canonicalSettings.js";
import { declarations, type SettingValue } from "../settings/declarations.js";
import { secondsOf } from "../settings/duration.js";

/** Settings merged for one target, in the shape that the injector's templates look up. Data only: no template text. */
export interface Profile {
  /** Written on each pod: which effective settings the injector gave it. */
  stamp: string;
  /** Helm's `global.proxy.<key>`, replacing what Istio was installed with. */
  values?: Record<string, unknown>;
  /** Fields merged into Helm's `global.proxy.<key>` at injection. */
  fields?: Record<string, unknown>;
  /** Lists that are added to the excluded ones, whoever gave those. */
  always?: Record<string, string>;
  initResources?: Record<string, unknown>;
  /** Field of PROXY_CONFIG -> its value, its name in snake case, and the variables that follow it. */
  proxyConfig?: Record<string, { value: string; alias: string; env: Record<string, string> }>;
  /** Proxy metadata: variable -> value. */
  metadata?: Record<string, string>;
}

/** Settings of the levels that the injector looks up, and what Istio was installed with. */
export interface ProfileSources {
  installed: CanonicalSettings;
  /** Helm's `global.proxy` as it stands, for maps that are merged when composing. */
  installedProxy: unknown;
  global?: CanonicalSettings;
  namespace?: CanonicalSettings;
}

export function effectiveOf({ installed, global, namespace }: ProfileSources): EffectiveSettings {
  return effectiveSettings([
    { level: "installed", settings: installed },
    ...(global ? [{ level: "global" as Level, settings: global }] : []),
    ...(namespace ? [{ level: "namespace" as Level, settings: namespace }] : []),
  ]);
}

export function profileOf(sources: ProfileSources): Profile {
  const managed = effectiveValues(
    effectiveSettings([
      { level: "global", settings: sources.global ?? {} },
      { level: "namespace", settings: sources.namespace ?? {} },
    ]),
  );
  const content: Omit<Profile, "stamp"> = {};
  for (const { path, rendering } of declarations) {
    const value = managed[path];
    if (value === undefined) continue;
    switch (rendering.to) {
      case "proxyValue":
        put(content, ["values", rendering.key], value);
        break;
      case "proxyValueField":
        if (rendering.merge === "injection")
          put(content, ["fields", rendering.key, ...rendering.field], value);
        else {
          const at = ["values", rendering.key];
          if (valueAt(content, at) === undefined)
            put(content, at, { ...plainMap(valueAt(sources.installedProxy, [rendering.key])) });
          put(content, [...at, ...rendering.field], value);
        }
        break;
      case "united":
        put(content, ["always", rendering.key], value);
        break;
      case "initResources":
        put(content, ["initResources", ...rendering.field], value);
        break;
      case "proxyConfig":
        put(content, ["proxyConfig", rendering.field], {
          value,
          alias: rendering.alias,
          env: { [rendering.secondsEnv]: String(secondsOf(String(value))) },
        });
        break;
      case "proxyMetadata":
        for (const name of rendering.names) put(content, ["metadata", name], String(value));
        break;
    }
  }
  return { stamp: digest(content), ...content };
}

/** The list that pods without annotations of their own get for a united key: everything excluded at all levels. */
export function unitedList(effective: EffectiveSettings, key: string): string {
  const values = effectiveValues(effective);
  const pathOf = (to: "united" | "proxyValue") =>
    declarations.find(({ rendering }) => rendering.to === to && rendering.key === key)?.path ?? "";
  return String(united(values[pathOf("united")] ?? "", values[pathOf("proxyValue")] ?? ""));
}

/** What Istio was installed with, as far as settings can say it; what they can't is left to Istio. */
export function installedSettings(proxy: unknown): CanonicalSettings {
  const settings: Record<string, SettingValue> = {};
  for (const { path, parse, rendering } of declarations) {
    if (rendering.to !== "proxyValue" && rendering.to !== "proxyValueField") continue;
    const found = valueAt(proxy, [
      rendering.key,
      ...(rendering.to === "proxyValueField" ? rendering.field : []),
    ]);
    if (found === undefined || found === null) continue;
    const read = parse(found);
    if ("value" in read) settings[path] = read.value;
  }
  return settings;
}

/** Twelve hexadecimal digits that are equal when, and in practice only when, the content is, whatever its key order. */
export function digest(content: unknown): string {
  return createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, 12);
}

export function canonicalJson(content: unknown): string {
  return JSON.stringify(content, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function put(root: object, path: readonly string[], value: unknown): void {
  let at = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  at[path[path.length - 1] ?? ""] = value;
}

function plainMap(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
