import {
  equalValues,
  isPropertyMap,
  isSecret,
  type PropertyValue,
  UNKNOWN,
  withoutSecrets,
} from "./propertyValue";

const STEP = "    ";

/** A value over as many lines as it needs, the first one led by `lead`. */
export function valueLines(lead: string, value: PropertyValue, indent: string): string[] {
  if (isSecret(value)) return [`${lead}[secret]`];
  if (value === UNKNOWN) return [`${lead}[unknown]`];
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${lead}[]`];
    const items = value.flatMap((item, index) =>
      valueLines(`${indent}${STEP}[${index}]: `, item, indent + STEP),
    );
    return [`${lead}[`, ...items, `${indent}]`];
  }
  if (isPropertyMap(value)) {
    const entries = Object.entries(value).filter(([key]) => !key.startsWith("__"));
    if (entries.length === 0) return [`${lead}{}`];
    return [`${lead}{`, ...mapLines(Object.fromEntries(entries), "  ", indent + STEP), `${indent}}`];
  }
  return [`${lead}${JSON.stringify(value)}`];
}

/** `sign` is two characters: the operation and a space. */
export function mapLines(map: Record<string, PropertyValue>, sign: string, indent: string): string[] {
  const keys = visibleKeys(map);
  const width = Math.max(0, ...keys.map((key) => key.length));
  return keys.flatMap((key) => {
    const lead = `${indent.slice(0, -2)}${sign}${key.padEnd(width)}: `;
    return valueLines(lead, map[key] ?? null, indent);
  });
}

/** Property-level difference of two maps, as `pulumi preview --diff` writes it. */
export function diffLines(
  olds: Record<string, PropertyValue>,
  news: Record<string, PropertyValue>,
  indent: string,
  hidden: readonly string[] = [],
): string[] {
  const keys = visibleKeys({ ...olds, ...news }).filter(
    (key) => !equalValues(plain(olds[key]), plain(news[key])),
  );
  const width = Math.max(0, ...keys.map((key) => key.length));
  return keys.flatMap((key) => {
    const name = key.padEnd(width);
    if (hidden.includes(key)) return [`${indent.slice(0, -2)}~ ${name}: [hidden]`];
    return entryLines(name, olds[key], news[key], indent);
  });
}

function entryLines(
  name: string,
  left: PropertyValue | undefined,
  right: PropertyValue | undefined,
  indent: string,
): string[] {
  const lead = (sign: string) => `${indent.slice(0, -2)}${sign} ${name}: `;
  if (left === undefined) return valueLines(lead("+"), right ?? null, indent);
  if (right === undefined) return valueLines(lead("-"), left, indent);
  if (isPropertyMap(left) && isPropertyMap(right) && !isSecret(left) && !isSecret(right)) {
    return [`${lead("~")}{`, ...diffLines(left, right, indent + STEP), `${indent}}`];
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return [`${lead("~")}[`, ...arrayLines(left, right, indent + STEP), `${indent}]`];
  }
  const [first = "", ...rest] = valueLines("", left, indent);
  const [next = "", ...after] = valueLines("", right, indent);
  const before = [first, ...rest].join("\n");
  return [`${lead("~")}${before} => ${next}`, ...after].join("\n").split("\n");
}

function arrayLines(left: PropertyValue[], right: PropertyValue[], indent: string): string[] {
  const indexes = [...Array(Math.max(left.length, right.length)).keys()];
  return indexes
    .filter((index) => !equalValues(plain(left[index]), plain(right[index])))
    .flatMap((index) => entryLines(`[${index}]`, left[index], right[index], indent));
}

/** Keys that begin with two underscores are bookkeeping, such as a dynamic provider's text. */
function visibleKeys(map: Record<string, PropertyValue>): string[] {
  return Object.keys(map)
    .filter((key) => !key.startsWith("__"))
    .sort();
}

function plain(value: PropertyValue | undefined): PropertyValue | undefined {
  return value === undefined ? undefined : withoutSecrets(value);
}
