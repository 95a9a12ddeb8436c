import { digest } from "../data/canonicalJson.js";
import { valueAt } from "../data/valueAt.js";
import { ownKeys } from "../pod/podAnnotations.js";
import { type CanonicalSettings, settingEntries } from "../settings/canonicalSettings.js";
import type { Rendering, SettingValue } from "../settings/declarations.js";
import { secondsOf } from "../settings/duration.js";
import { fixedSettings } from "../settings/fixedSettings.js";
import type { WrittenAs } from "../settings/SettingDeclaration.js";
import {
  type EffectiveSettings,
  effectiveSettings,
  effectiveValues,
  type LeveledSettings,
} from "./effectiveSettings.js";

/** A value that the injector's template sets for a pod, unless the pod overrides it. */
export interface ProfileWrite {
  /** Path from one of the template's roots: `global`, `always`, `annotations`, `expression`, `init`, `metadata`, `env`, `proxyConfig`, `scaled`. */
  at: readonly string[];
  is: unknown;
  /** Skipped if the pod's `proxy.istio.io/config` has one of these keys: a regular expression's alternatives. */
  own?: string;
  /** Skipped if the pod has its own istio-proxy container, whose place is fixed. */
  placed?: true;
}

/** One target's settings as individual values. `storedProfile` converts them for the injector's template. */
export interface Profile {
  /** Identifies the settings; the injector writes it on each pod. */
  stamp: string;
  writes?: readonly ProfileWrite[];
}

/** Settings of the levels that the injector applies, and what Istio was installed with. */
export interface ProfileSources {
  installed: CanonicalSettings;
  global?: CanonicalSettings;
  namespace?: CanonicalSettings;
  /** The workload layers that select a pod, weakest first. */
  workloads?: readonly CanonicalSettings[];
}

export function effectiveOf({
  installed,
  global,
  namespace,
  workloads = [],
}: ProfileSources): EffectiveSettings {
  const given: LeveledSettings[] = [
    { level: "installed", settings: installed },
    ...(global ? [{ level: "global", settings: global } as const] : []),
    ...(namespace ? [{ level: "namespace", settings: namespace } as const] : []),
    ...workloads.map((settings) => ({ level: "workload", settings }) as const),
  ];
  return effectiveSettings(given);
}

/**
 * Incremented by a release whose template renders the same settings differently. Stamps differ then, so that pods whose sidecar would change
 * are found to be stale; with equal stamps they would never be compared.
 */
const rendering: number = 0;

/** A target's profile, without what Istio was installed with. A namespace's includes the global settings. */
export function profileOf({ global, namespace }: Pick<ProfileSources, "global" | "namespace">): Profile {
  const managed = effectiveValues(
    effectiveSettings([
      { level: "global", settings: global ?? {} },
      { level: "namespace", settings: namespace ?? {} },
    ]),
  );
  const writes = settingEntries(managed).flatMap(({ value, declaration, name }) =>
    writesOf(declaration.rendering(name), value),
  );
  const content = writes.length > 0 ? { writes } : {};
  return { stamp: digest(rendering === 0 ? content : { ...content, rendering }), ...content };
}

/** A pod's stamp, from its profiles' stamps: the namespace's or global one, then those of workload layers. */
export function joinedStamp(stamps: readonly string[]): string {
  return stamps.filter((stamp) => stamp !== "").join(".");
}

/** The stamp of a pod with these levels' settings; undefined if there are none. */
export function stampOf({
  workloads = [],
  ...base
}: Pick<ProfileSources, "global" | "namespace" | "workloads">): string | undefined {
  const stamps = workloads.map((settings) => profileOf({ namespace: settings }).stamp);
  return joinedStamp([base.global || base.namespace ? profileOf(base).stamp : "", ...stamps]) || undefined;
}

function writesOf(rendering: Rendering, value: SettingValue): ProfileWrite[] {
  switch (rendering.to) {
    case "value":
      return [{ at: ["global", ...rendering.path], is: value }];
    case "united":
      return [{ at: ["always", rendering.path.at(-1) ?? ""], is: value }];
    case "annotation":
      return [{ at: ["annotations", rendering.annotation], is: value }];
    case "expression":
      return expressionWrites(rendering.name, value);
    case "initResources":
      return [{ at: ["init", ...rendering.field], is: value }];
    case "scaledResources":
      return [{ at: ["scaled"], is: value }];
    case "proxyConfig": {
      const own = ownKeys(rendering.path[0] ?? "");
      const { secondsEnv } = rendering;
      return [
        { at: ["proxyConfig", ...rendering.path], is: written(value, rendering.as), own },
        ...(secondsEnv
          ? [
              {
                at: ["env", secondsEnv],
                is: String(secondsOf(String(value))),
                own: `${own}|${secondsEnv}`,
              },
            ]
          : []),
      ];
    }
    case "proxyMetadata":
      return rendering.names.map((name) => ({ at: ["metadata", name], is: String(value), own: name }));
  }
}

function expressionWrites(name: string, value: SettingValue): ProfileWrite[] {
  switch (name) {
    case "nativeSidecar":
      return [{ at: ["expression", name], is: value, placed: true }];
    case "interceptionMode":
      return [{ at: ["expression", name], is: value, own: ownKeys("interceptionMode") }];
    case "hold": {
      const own = ownKeys("holdApplicationUntilProxyStarts");
      // Istio's template holds the application if either of the two is true
      return [
        { at: ["expression", name], is: value, own },
        { at: ["global", "proxy", "holdApplicationUntilProxyStarts"], is: value, own },
        { at: ["proxyConfig", "holdApplicationUntilProxyStarts"], is: value, own },
      ];
    }
    default:
      return [{ at: ["expression", name], is: value }];
  }
}

function written(value: SettingValue, as: WrittenAs | undefined): unknown {
  return as === "number" ? Number(value) : value;
}

/** What Istio was installed with, as far as settings can express it. `global`: the Helm values' `global`. */
export function installedSettings(global: unknown): CanonicalSettings {
  const settings: Record<string, SettingValue> = {};
  for (const { declaration, rendering } of fixedSettings) {
    const { path, parse } = declaration;
    if (rendering.to !== "value") continue;
    const found = valueAt(global, rendering.path);
    if (found === undefined || found === null) continue;
    const read = parse(found);
    if ("value" in read) settings[path] = read.value;
  }
  return settings;
}
