import { fieldAt } from "../data/fieldAt.js";
import { isRecord } from "../data/isRecord.js";
import type { Parsed } from "../data/parsed.js";
import { textOf } from "../data/problem.js";
import type { SettingDeclaration } from "../settings/declarations.js";
import { declarations } from "../settings/declarations.js";
import { readLoosely } from "../settings/readLoosely.js";
import type { ForeignField, SettingValue } from "../settings/SettingDeclaration.js";

/** A setting found in another object, in canonical form or with the reason why it can't be used. */
export interface ForeignSetting {
  setting: string;
  /** `sidecarProxyResourceLimit.resourceCPULimit`, `environmentVariables.A and environmentVariables.B`. */
  field: string;
  read: Parsed<SettingValue>;
}

interface ForeignSettings {
  found: ForeignSetting[];
  /** Fields without a corresponding setting. */
  unknown: string[];
}

type Path = readonly string[];

/** Reads an object's settings by the declarations. `object` must not be cyclic or too deep. */
export function foreignSettings(place: ForeignField["in"], object: unknown): ForeignSettings {
  const found: ForeignSetting[] = [];
  const read: Path[] = [];
  // fixed settings first: an open map of names must not claim their fields
  for (const declaration of [...declarations].sort((a, b) => Number(!!a.open) - Number(!!b.open))) {
    for (const name of declaration.open ? namesIn(place, object, declaration, read) : [""]) {
      for (const field of declaration.foreign(name)) {
        if (field.in !== place) continue;
        const one = settingIn(object, declaration, name, field);
        if (one === undefined) continue;
        found.push(one.setting);
        read.push(...one.paths);
      }
    }
  }
  const unknown = leaves(object).filter((leaf) => !read.some((path) => startsWith(leaf, path)));
  return { found, unknown: unknown.map((path) => path.join(".")) };
}

function settingIn(
  object: unknown,
  declaration: SettingDeclaration,
  name: string,
  { paths, read = (value) => value }: ForeignField,
): { setting: ForeignSetting; paths: Path[] } | undefined {
  const fields = paths.map((path) => fieldAt(object, path));
  const [first] = fields;
  if (!first || fields.some((field) => !field || textOf(field.value) !== textOf(first.value)))
    return undefined;
  const spelled = fields.flatMap((field) => (field ? [field.path] : []));
  return {
    setting: {
      setting: name === "" ? declaration.path : `${declaration.path}.${name}`,
      field: spelled.map((path) => path.join(".")).join(" and "),
      read: readLoosely(declaration, name, read(first.value)),
    },
    paths: spelled,
  };
}

function namesIn(
  place: ForeignField["in"],
  object: unknown,
  { foreign }: SettingDeclaration,
  read: readonly Path[],
): string[] {
  return foreign("")
    .filter((field) => field.in === place)
    .flatMap(({ paths: [path = []] }) => {
      const map = fieldAt(object, path.slice(0, -1));
      if (!map || !isRecord(map.value)) return [];
      return Object.keys(map.value).filter(
        (name) => !read.some((taken) => startsWith([...map.path, name], taken)),
      );
    });
}

function leaves(value: unknown, path: Path = []): Path[] {
  if (value === null || value === undefined) return [];
  if (!isRecord(value) || Object.keys(value).length === 0) return path.length === 0 ? [] : [path];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, [...path, key]));
}

function startsWith(path: Path, beginning: Path): boolean {
  return beginning.every((key, at) => path[at] === key);
}
