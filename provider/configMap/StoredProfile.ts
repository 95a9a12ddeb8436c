import type { Profile, ProfileWrite } from "../levels/Profile.js";

/** Writes to one map, grouped since every pod pays for each write that the template processes. */
export interface StoredWrites extends Pick<ProfileWrite, "own" | "placed"> {
  /** Slash-separated path of the map below the template's roots; empty for the map of roots itself. */
  at: string;
  is: Readonly<Record<string, unknown>>;
}

/** A profile as the injector's template looks it up. Data only, no template text. */
export interface StoredProfile extends Pick<Profile, "stamp"> {
  writes?: readonly StoredWrites[];
}

/** Keeps the profile's stamp, so that a change of the stored form doesn't make pods stale. */
export function storedProfile({ stamp, writes }: Profile): StoredProfile {
  return { stamp, ...(writes ? { writes: together(writes) } : {}) };
}

function together(writes: readonly ProfileWrite[]): StoredWrites[] {
  const maps = new Map<
    string,
    { pods: Omit<ProfileWrite, "at" | "is">; at: string; is: [string, unknown][] }
  >();
  for (const { at: path, is, ...pods } of writes) {
    const at = path.slice(0, -1).join("/");
    const id = JSON.stringify([at, pods.own, pods.placed]);
    const map = maps.get(id) ?? { at, is: [], pods };
    map.is.push([path.at(-1) ?? "", is]);
    maps.set(id, map);
  }
  // fromEntries, since a key may be `__proto__`
  return [...maps.values()].map(({ at, is, pods }) => ({ at, is: Object.fromEntries(is), ...pods }));
}
