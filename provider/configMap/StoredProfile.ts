import type { Profile, ProfileWrite } from "../levels/Profile.js";

/** Values for one map, put in place together: what the template does for each write is paid for by every pod. */
export interface StoredWrites extends Pick<ProfileWrite, "own" | "placed"> {
  /** The map below the template's roots, with slashes; empty for the map of roots itself. */
  at: string;
  is: Readonly<Record<string, unknown>>;
}

/** A profile in the shape that the injector's template looks up. Data only: no template text. */
export interface StoredProfile extends Pick<Profile, "stamp"> {
  writes?: readonly StoredWrites[];
}

/** The stamp stays that of the profile, so that pods don't become stale by how it is stored. */
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
  // from entries, since a key may be called `__proto__`
  return [...maps.values()].map(({ at, is, pods }) => ({ at, is: Object.fromEntries(is), ...pods }));
}
