/** Sets the value at a path of plain data, with maps on the way to it. */
export function putAt(data: object, path: readonly string[], value: unknown): void {
  const last = path.length - 1;
  let at = data as Record<string, unknown>;
  for (const [depth, key] of path.entries()) {
    // defined, since a name may be `__proto__`
    if (depth === last || !Object.hasOwn(at, key))
      Object.defineProperty(at, key, {
        value: depth === last ? value : {},
        enumerable: true,
        configurable: true,
        writable: true,
      });
    at = at[key] as Record<string, unknown>;
  }
}
