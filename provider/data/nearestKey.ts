import { closest, distance } from "fastest-levenshtein";

/** The known key that `key` is probably a misspelling of; undefined if none is close. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const nearest = known.length > 0 ? closest(key, [...known]) : undefined;
  return nearest !== undefined && distance(key, nearest) <= Math.max(2, Math.floor(nearest.length / 2))
    ? nearest
    : undefined;
}
