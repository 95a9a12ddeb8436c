import { putAt } from "../data/putAt.js";
import { declarationOf, declarations, type SettingDeclaration, type SettingValue } from "./declarations.js";

/** One level's settings after parsing: setting path -> canonical value. Absent means not set. */
export type CanonicalSettings = Readonly<Record<string, SettingValue>>;

/** Settings as nested plain data, for inputs, outputs and display. */
export type NestedSettings = { [key: string]: SettingValue | NestedSettings };

export interface SettingEntry {
  path: string;
  value: SettingValue;
  declaration: SettingDeclaration;
  /** For an open setting, the name below it: `FOO` of `env.FOO`. Otherwise empty. */
  name: string;
}

const openDeclarations = declarations.filter(({ open }) => open !== undefined);

/** The declaration for a setting path, and the name below it if the setting is open. */
export function declarationFor(path: string): Pick<SettingEntry, "declaration" | "name"> | undefined {
  const declaration = declarationOf.get(path);
  if (declaration) return { declaration, name: "" };
  const open = openDeclarations.find((one) => path.startsWith(`${one.path}.`));
  return open && { declaration: open, name: path.slice(open.path.length + 1) };
}

const place = new Map(declarations.map((declaration, index) => [declaration, index]));

/** Setting paths in declaration order, then by name. */
export function inOrder(paths: Iterable<string>): Omit<SettingEntry, "value">[] {
  return [...paths]
    .flatMap((path) => {
      const found = declarationFor(path);
      return found ? [{ path, ...found }] : [];
    })
    .sort(
      (a, b) =>
        (place.get(a.declaration) ?? 0) - (place.get(b.declaration) ?? 0) || (a.name < b.name ? -1 : 1),
    );
}

/** The settings that are set, in declaration order. */
export function settingEntries(settings: CanonicalSettings): SettingEntry[] {
  return inOrder(Object.keys(settings)).flatMap((entry) => {
    const value = settings[entry.path];
    return value === undefined ? [] : [{ ...entry, value }];
  });
}

export function nested(settings: CanonicalSettings): NestedSettings {
  const root: NestedSettings = {};
  for (const { declaration, name, value } of settingEntries(settings))
    putAt(root, [...declaration.path.split("."), ...(name === "" ? [] : [name])], value);
  return root;
}
