import * as fc from "fast-check";
import { samplePaths, sampleValue } from "../settings/settingSamples";

/** Text that has broken programs like this one. */
export const nastyTexts: readonly string[] = [
  "",
  " ",
  "\n",
  "a\nb",
  "\r\n---\r\n",
  "'",
  '"',
  "\\",
  '"}}{{',
  '{{ fail "x" }}',
  "{{- end }}{{ .Values }}",
  "{{/*",
  "*/}}",
  "`",
  "$(touch x)",
  "%s%n%!d",
  "&a [*a]",
  "*a",
  "<<: *a",
  "!!binary x",
  "%YAML 1.1",
  "? ? a",
  "- - -",
  "a: b: c",
  "# comment",
  "key: |\n  x",
  "\t",
  "\0",
  "\u0007\u001b[31m",
  "\u007f\u0080\u0085\u009f",
  "\u00a0\u2028\u2029",
  "\ufeff\ufffe\uffff",
  "\u202e\u200b",
  "\ud800",
  "\udc00\ud800",
  "😀",
  "\u{10ffff}",
  "__proto__",
  "constructor",
  "toString",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "null",
  "true",
  "~",
  "1e999",
  "0x10",
  "-0",
  "9".repeat(400),
  "a".repeat(5_000),
  " ".repeat(5_000),
  "[".repeat(5_000),
  "1 ".repeat(3_000),
];

export const hostileText = fc.oneof(
  fc.constantFrom(...nastyTexts),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc
    .array(fc.constantFrom(...nastyTexts.filter((text) => text.length < 50)), { maxLength: 6 })
    .map((texts) => texts.join("")),
);

const methods = ["__proto__", "constructor", "prototype", "toString", "valueOf", "toJSON", "hasOwnProperty"];

export const hostileKey = fc.oneof(
  fc.constantFrom(
    ...methods,
    "",
    "length",
    "0",
    "a.b",
    "<<",
    "limits",
    "cpu",
    "value",
    "name",
    "exec",
    "command",
  ),
  hostileText,
);

/** Plain data of any shape, as JSON and YAML can say it. */
export const jsonValue: fc.Arbitrary<unknown> = fc.anything({
  key: hostileKey,
  values: [hostileText, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)],
  maxDepth: 4,
  maxKeys: 4,
});

/** That, and what only a program can hand over. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: jsonValue },
  {
    weight: 2,
    arbitrary: fc.anything({
      key: hostileKey,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }).map(nestedLists) },
  { weight: 1, arbitrary: fc.constantFrom(Symbol("s"), () => "f", undefined, containsItself()) },
);

/** Settings as people nest them: most are right, some have something else in their place, some keys are nobody's. */
export function settingsWith(value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const right = fc
    .tuple(fc.constantFrom(...samplePaths), fc.integer({ min: 1, max: 30 }))
    .map(([path, nth]) => ({ path, value: sampleValue(path, nth) as unknown }));
  const wrong = fc
    .tuple(fc.constantFrom(...samplePaths), fc.integer({ min: 0, max: 2 }), fc.option(hostileKey), value)
    .map(([path, kept, key, is]) => {
      const keys = path.split(".").slice(0, 3 - kept);
      return { path: [...keys, ...(key === null ? [] : [key])].join("."), value: is };
    });
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: wrong }), { maxLength: 12 })
    .map((entries) => {
      const root: Record<string, unknown> = {};
      for (const entry of entries) put(root, entry.path.split("."), entry.value);
      return root;
    });
}

/** A valid value with one part of it, anywhere, replaced by another. */
export function replacedSomewhere(valid: unknown, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const paths = [...placesIn(valid)];
  return fc
    .array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 3 })
    .map((changes) => {
      const copy = { root: JSON.parse(JSON.stringify(valid)) as unknown };
      for (const [path, is] of changes) put(copy, ["root", ...path], is);
      return copy.root;
    });
}

/** A text with pieces of it taken out, put in or said twice. */
export function mangled(texts: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(12),
    fc.constantFrom(...nastyTexts, "\n  ", ": ", "{", "}", "[", "]", ","),
  );
  return fc.tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 4 })).map(([text, edits]) =>
    edits.reduce((before, [place, gone, put]) => {
      const at = Math.floor(place * before.length);
      return before.slice(0, at) + put + before.slice(at + gone);
    }, text),
  );
}

function put(root: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): void {
  // an array's length can't be anything
  if (Array.isArray(root) && !/^\d+$/.test(key)) return;
  const below = Object.hasOwn(root, key) ? root[key] : undefined;
  const copy = Array.isArray(below) ? [...below] : typeof below === "object" ? { ...below } : {};
  const is = rest.length === 0 ? value : copy;
  Object.defineProperty(root, key, { value: is, enumerable: true, configurable: true, writable: true });
  if (rest.length > 0) put(is as Record<string, unknown>, rest, value);
}

function* placesIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, below] of Object.entries(value)) yield* placesIn(below, [...path, key]);
}

function nestedLists(depth: number): unknown {
  let value: unknown = "x";
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function containsItself(): unknown {
  const map: Record<string, unknown> = {};
  map.env = { A: map };
  return map;
}
