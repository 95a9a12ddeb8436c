import { type CanonicalSettings, declarationFor, type NestedSettings, nested } from "./canonicalSettings.js";
import { declarations, type SettingValue } from "./declarations.js";
import { listEntries } from "./list.js";

/** The top-level keys of `SidecarSettings`. */
export const settingGroups: readonly string[] = [
  ...new Set(declarations.map(({ path }) => path.split(".")[0] ?? path)),
];

/** The settings among a resource's properties. */
export function settingsAmong(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    settingGroups
      .filter((group) => properties[group] !== undefined)
      .map((group) => [group, properties[group]]),
  );
}

/** Canonical settings as properties. A list with the same entries as before keeps its order, so that it isn't a diff. */
export function asProperties(settings: CanonicalSettings, before: CanonicalSettings = {}): NestedSettings {
  const kept = Object.fromEntries(
    Object.entries(settings).map(([path, value]) => [
      path,
      isList(path) && meansSame(path, value, before[path]) ? (before[path] ?? value) : value,
    ]),
  );
  return nested(kept);
}

// in other text with commas, such as a variable's value, order matters
function isList(path: string): boolean {
  const { declaration, name = "" } = declarationFor(path) ?? {};
  if (!declaration) return false;
  return (
    declaration.merge === "unite" ||
    declaration.podFields(name).some((podField) => podField.in === "flag" && podField.list)
  );
}

/** Whether two canonical values have the same effect: in some lists, order doesn't matter. */
export function meansSame(path: string, value: SettingValue, other: SettingValue | undefined): boolean {
  const sorted = (one: SettingValue | undefined) =>
    isList(path) && typeof one === "string" ? listEntries(one).sort() : one;
  return JSON.stringify(sorted(value)) === JSON.stringify(sorted(other));
}
