import { valueAt } from "./valueAt.js";

/** A field's path as spelled in the object, and its value. */
interface FoundField {
  path: readonly string[];
  value: unknown;
}

/** Looks up a field of protobuf JSON, which allows camel case and snake case. Null means unset, as in protobuf. */
export function fieldAt(object: unknown, path: readonly string[]): FoundField | undefined {
  const spelled: string[] = [];
  let at = object;
  for (const key of path) {
    const found = [key, snakeCase(key)].find((one) => valueAt(at, [one]) !== undefined);
    if (found === undefined) return undefined;
    spelled.push(found);
    at = valueAt(at, [found]);
  }
  return at === null ? undefined : { path: spelled, value: at };
}

/** `drain_duration` for `drainDuration`. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
