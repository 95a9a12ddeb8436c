import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { declarations, type SettingValue } from "../settings/declarations.js";
import { listEntries } from "../settings/list.js";

/**
 * Precedence, weakest first. What Istio was installed with is a level like any other to the merge.
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
}

export interface EffectiveSetting {
  value: SettingValue;
  /** The level that the value comes from; of a united setting, the strongest that adds to it. */
  source: Level;
}

export type EffectiveSettings = Readonly<Record<string, EffectiveSetting>>;

/** Merges per setting, whatever the order of the argument; no setting is known by name here. */
export function effectiveSettings(given: readonly LeveledSettings[]): EffectiveSettings {
  const weakestFirst = [...given].sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
  const effective: Record<string, EffectiveSetting> = {};
  for (const { path, merge } of declarations) {
    for (const { level, settings } of weakestFirst) {
      const value = settings[path];
      if (value === undefined) continue;
      const weaker = effective[path]?.value;
      effective[path] = { value: merge === "unite" ? united(weaker, value) : value, source: level };
    }
  }
  return effective;
}

export function effectiveValues(effective: EffectiveSettings): CanonicalSettings {
  return Object.fromEntries(Object.entries(effective).map(([path, { value }]) => [path, value]));
}

/** The entries of both lists, the weaker level's first, none twice. */
export function united(weaker: SettingValue | undefined, stronger: SettingValue): SettingValue {
  if (typeof weaker !== "string" || typeof stronger !== "string") return stronger;
  return [...new Set([...listEntries(weaker), ...listEntries(stronger)])].join(",");
}
