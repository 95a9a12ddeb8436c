import { declarations, type SettingValue } from "./declarations.js";

/** One level's settings after parsing: setting path -> canonical value, in declaration order. Absent means not set. */
export type CanonicalSettings = Readonly<Record<string, SettingValue>>;

/** Settings as nested plain data, for inputs, outputs and people. */
export type NestedSettings = { [key: string]: SettingValue | NestedSettings };

export function nested(settings: CanonicalSettings): NestedSettings {
  const root: NestedSettings = {};
  for (const { path } of declarations) {
    const value = settings[path];
    if (value === undefined) continue;
    const keys = path.split(".");
    const last = keys.pop() ?? path;
    let at = root;
    for (const key of keys) {
      at[key] ??= {};
      at = at[key] as NestedSettings;
    }
    at[last] = value;
  }
  return root;
}

/** The value at a dotted path of plain data; undefined where the path ends early. */
export function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    data,
  );
}
