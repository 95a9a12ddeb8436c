import { grouped } from "../data/grouped.js";
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
  const maps = grouped(writes, ({ at, own, placed }) => JSON.stringify([at.slice(0, -1), own, placed]));
  return [...maps.values()].map((all) => {
    const { at, is: _, ...pods } = all[0];
    // fromEntries, since a key may be `__proto__`
    const values = Object.fromEntries(all.map((one) => [one.at.at(-1) ?? "", one.is]));
    return { at: at.slice(0, -1).join("/"), is: values, ...pods };
  });
}
