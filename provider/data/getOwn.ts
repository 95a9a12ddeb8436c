/** An entry of a map whose keys people choose: one may be called `constructor`. */
export function getOwn<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
