import {
  equalValues,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  withoutSecrets,
} from "./propertyValue";

export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface PropertyDiff {
  kind: DiffKind;
  inputDiff: boolean;
}

export type DetailedDiff = Record<string, PropertyDiff>;

/** Every path whose value differs between two input maps, written as the CLI writes property paths. */
export function diffInputs(olds: PropertyMap, news: PropertyMap): DetailedDiff {
  const found: DetailedDiff = {};
  collect("", withoutSecrets(olds), withoutSecrets(news), found);
  return found;
}

function collect(
  path: string,
  left: PropertyValue | undefined,
  right: PropertyValue | undefined,
  found: DetailedDiff,
): void {
  if (equalValues(left, right)) return;
  if (left === undefined) found[path] = { kind: "add", inputDiff: true };
  else if (right === undefined) found[path] = { kind: "delete", inputDiff: true };
  else if (isPropertyMap(left) && isPropertyMap(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      collect(joinPath(path, key), left[key], right[key], found);
    }
  } else if (Array.isArray(left) && Array.isArray(right)) {
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      collect(`${path}[${index}]`, left[index], right[index], found);
    }
  } else found[path] = { kind: "update", inputDiff: true };
}

function joinPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}["${key.replaceAll('"', '\\"')}"]`;
  return path === "" ? key : `${path}.${key}`;
}

/** `limits.cpu` gives `limits`; `["a.b"].c` gives `a.b`. */
export function topLevelKey(path: string): string {
  const quoted = /^\["((?:[^"\\]|\\.)*)"\]/.exec(path);
  if (quoted) return (quoted[1] ?? "").replaceAll('\\"', '"');
  return path.split(/[.[]/, 1)[0] ?? path;
}

export function topLevelKeys(diff: DetailedDiff): string[] {
  return [...new Set(Object.keys(diff).map(topLevelKey))].sort();
}

/** Splits `a.b[0]["c.d"]` into its keys; `*` stays as it is. */
export function parsePath(path: string): string[] {
  const parts = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g);
  return [...parts].map((part) => part[1]?.replaceAll('\\"', '"') ?? part[2] ?? part[3] ?? "");
}
