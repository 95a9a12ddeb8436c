import { type CanonicalSettings, inOrder } from "../settings/canonicalSettings.js";
import type { SettingValue } from "../settings/declarations.js";
import { listEntries } from "../settings/list.js";

/**
 * Precedence, weakest first. For merging, what Istio was installed with is a level like any other.
 *
 * | pod | workload | namespace | global | wins |
 * | --- | -------- | --------- | ------ | --------- |
 * | yes | any      | any       | any    | pod       |
 * | -   | yes      | any       | any    | workload  |
 * | -   | -        | yes       | any    | namespace |
 * | -   | -        | -         | yes    | global    |
 * | -   | -        | -         | -      | installed |
 */
export const levels = ["installed", "global", "namespace", "workload", "pod"] as const;
export type Level = (typeof levels)[number];

export interface LeveledSettings {
  level: Level;
  settings: CanonicalSettings;
  /** The layer's owner, if known: `acme/shop/prod:shop`. */
  owner?: string;
}

/** One level's value of one setting. */
export interface SourcedValue {
  value: SettingValue;
  source: Level;
  owner?: string;
}

/** `source`: the level that the value comes from; for a united setting, the strongest that adds to it. */
export interface EffectiveSetting extends SourcedValue {
  /** The weaker levels' values that it replaced, strongest first; for a united setting, those that it was added to. */
  overrode?: readonly SourcedValue[];
}

export type EffectiveSettings = Readonly<Record<string, EffectiveSetting>>;

/**
 * Merges per setting. The order of levels in the argument doesn't matter; of two at the same level, the later one wins. Driven by
 * declarations only: no setting is special here.
 */
export function effectiveSettings(given: readonly LeveledSettings[]): EffectiveSettings {
  const weakestFirst = [...given].sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
  const effective = new Map<string, EffectiveSetting>();
  const paths = new Set(given.flatMap(({ settings }) => Object.keys(settings)));
  for (const { path, declaration } of inOrder(paths)) {
    let merged: SettingValue | undefined;
    const strongestFirst: SourcedValue[] = [];
    for (const { level, settings, owner } of weakestFirst) {
      const value = settings[path];
      if (value === undefined) continue;
      merged = declaration.merge === "unite" ? united(merged, value) : value;
      strongestFirst.unshift({ value, source: level, ...(owner === undefined ? {} : { owner }) });
    }
    const [strongest, ...overrode] = strongestFirst;
    if (strongest === undefined || merged === undefined) continue;
    effective.set(path, { ...strongest, value: merged, ...(overrode.length > 0 ? { overrode } : {}) });
  }
  return Object.fromEntries(effective);
}

export function effectiveValues(effective: EffectiveSettings): CanonicalSettings {
  return Object.fromEntries(Object.entries(effective).map(([path, { value }]) => [path, value]));
}

/** The entries of both lists without duplicates, the weaker level's first. */
export function united(weaker: SettingValue | undefined, stronger: SettingValue): SettingValue {
  if (typeof weaker !== "string" || typeof stronger !== "string") return stronger;
  return [...new Set([...listEntries(weaker), ...listEntries(stronger)])].join(",");
}
