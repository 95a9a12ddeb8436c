import { type DetailedDiff, parsePath } from "./propertyDiff";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "./propertyValue";
import type { DiffResult } from "./resourceProvider";

/** `ignoreChanges`: puts the old value, or its absence, at each path. */
export function ignoreChanges(olds: PropertyMap, news: PropertyMap, paths: string[]): PropertyMap {
  const result = structuredClone(news);
  for (const path of paths) keepOld(olds, result, parsePath(path));
  return result;
}

function keepOld(olds: PropertyValue | undefined, news: PropertyValue | undefined, keys: string[]): void {
  const [key, ...rest] = keys;
  if (key === undefined || typeof news !== "object" || news === null) return;
  const source = (typeof olds === "object" && olds !== null ? olds : {}) as PropertyMap;
  const target = news as PropertyMap;
  const matching = key === "*" ? [...new Set([...Object.keys(source), ...Object.keys(target)])] : [key];
  for (const name of matching) {
    if (rest.length > 0) {
      if (isPropertyMap(source[name]) && target[name] === undefined) target[name] = {};
      keepOld(source[name], target[name], rest);
    } else if (source[name] === undefined) delete target[name];
    else target[name] = structuredClone(source[name]);
  }
}

/** `replaceOnChanges`: turns a change at one of the paths into a replacement. */
export function replaceOnChanges(diff: DiffResult, paths: string[]): DiffResult {
  if (paths.length === 0 || diff.changes === "none") return diff;
  const changed = diff.detailedDiff ? Object.keys(diff.detailedDiff) : (diff.changedKeys ?? []);
  const hit = changed.filter((path) => paths.some((wanted) => matches(parsePath(wanted), parsePath(path))));
  return hit.length === 0 ? diff : { ...diff, replaces: [...new Set([...diff.replaces, ...hit])] };
}

function matches(wanted: string[], changed: string[]): boolean {
  const shared = Math.min(wanted.length, changed.length);
  return wanted.slice(0, shared).every((key, index) => key === "*" || key === changed[index]);
}

export function markReplacements(diff: DetailedDiff, replaces: string[]): DetailedDiff {
  const marked: DetailedDiff = {};
  for (const [path, change] of Object.entries(diff)) {
    const isCause = replaces.some((key) => matches(parsePath(key), parsePath(path)));
    const kind = isCause && !change.kind.endsWith("-replace") ? `${change.kind}-replace` : change.kind;
    marked[path] = { ...change, kind: kind as typeof change.kind };
  }
  return marked;
}
