/** An entry of a map with keys that users choose, so that `constructor` is not found on the prototype. */
export function getOwn<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
