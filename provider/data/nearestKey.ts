import { closest, distance } from "fastest-levenshtein";

/** The setting path or group nearest to `key` among those below `group`; undefined when none is near. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const nearest = known.length > 0 ? closest(key, [...known]) : undefined;
  return nearest !== undefined && distance(key, nearest) <= Math.max(2, Math.floor(nearest.length / 2))
    ? nearest
    : undefined;
}
