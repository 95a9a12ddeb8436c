/*
 * Secrets on the wire. A plugin that constructs components gets them sealed in its resources' properties too, and has to hand them back
 * sealed: the engine then seals nothing by itself, and a credential would stand in the state in clear.
 */

import { unknownMarker } from "../data/unknown.js";

type Entries = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** The key by which the engine marks a value with a special meaning. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export interface Opened {
  /** Plain data, as dynamic providers get it. */
  value: Record<string, unknown>;
  /** The paths of its secrets. */
  secrets: readonly Path[];
}

/** Properties without their seals. */
export function opened(properties: unknown): Opened {
  const secrets: Path[] = [];
  const value = open(properties ?? {}, [], secrets) as Record<string, unknown>;
  return { value, secrets };
}

function open(value: unknown, path: Path, secrets: Path[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => open(item, [...path, index], secrets));
  const entries = value as Entries;
  if (entries[signature] === secretSignature) {
    secrets.push(path);
    return open(entries.value, path, secrets);
  }
  if (entries[signature] === outputSignature) {
    if (entries.secret === true) secrets.push(path);
    return "value" in entries ? open(entries.value, path, secrets) : unknownMarker;
  }
  return Object.fromEntries(
    Object.entries(entries).map(([key, one]) => [key, open(one, [...path, key], secrets)]),
  );
}

/** Properties to hand over: sealed where these paths lead to something, and without what is undefined, which has no place on the wire. */
export function sealed(properties: unknown, secrets: readonly Path[]): Record<string, unknown> {
  return seal(properties ?? {}, secrets) as Record<string, unknown>;
}

function seal(value: unknown, secrets: readonly Path[]): unknown {
  if (secrets.some((path) => path.length === 0) && value !== undefined)
    return { [signature]: secretSignature, value: seal(value, []) };
  if (typeof value !== "object" || value === null) return value;
  const below = (key: string | number) =>
    secrets.filter(([first]) => first === key).map(([, ...rest]) => rest);
  if (Array.isArray(value)) return value.map((item, index) => seal(item, below(index)));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([key, one]) => [key, seal(one, below(key))]),
  );
}
