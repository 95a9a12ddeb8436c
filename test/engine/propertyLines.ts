import {
  equalValues,
  isPropertyMap,
  isSecret,
  maskSecrets,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  withoutSecrets,
} from "./propertyValue";

const STEP = "    ";

/** What stands in front of a line: something came, went, changed, or neither. */
type Sign = "+" | "-" | "~" | " ";

export interface DiffStyle {
  /** Keys whose values are not to be shown. */
  hidden?: readonly string[] | undefined;
  /**
   * Whether it is known what changed. If not, the CLI compares what it may show: it shows unchanged values as well,
   * and two secrets are the same to it.
   */
  detailed: boolean;
}

/** All properties of a map, a line or more for each. */
export function mapLines(map: PropertyMap, indent: string, sign: Sign = " "): string[] {
  const keys = visibleKeys(map);
  const width = longest(keys);
  return keys.flatMap((key) =>
    valueLines(lead(indent, sign, key.padEnd(width)), map[key] ?? null, indent, sign),
  );
}

/** Property-level difference of two maps, as `pulumi preview --diff` writes it. */
export function diffLines(olds: PropertyMap, news: PropertyMap, indent: string, style: DiffStyle): string[] {
  const { hidden = [] } = style;
  const keys = visibleKeys({ ...olds, ...news }).filter(
    (key) => !style.detailed || !equalShown(olds[key], news[key], style),
  );
  const width = longest(keys);
  const concealed = keys
    .filter((key) => hidden.includes(key) && !equalShown(olds[key], news[key], style))
    .map((key) => `${indent.slice(0, -2)}~ ${key} (hidden)`);
  const lines = keys
    .filter((key) => !hidden.includes(key))
    .flatMap((key) => entryLines(key.padEnd(width), olds[key], news[key], indent, style));
  return [...concealed, ...lines];
}

function entryLines(
  name: string,
  left: PropertyValue | undefined,
  right: PropertyValue | undefined,
  indent: string,
  style: DiffStyle,
): string[] {
  const gone = () => (left === undefined ? [] : valueLines(lead(indent, "-", name), left, indent, "-"));
  const come = () => (right === undefined ? [] : valueLines(lead(indent, "+", name), right, indent, "+"));
  if (left === undefined || right === undefined) return [...gone(), ...come()];
  if (equalShown(left, right, style)) return valueLines(lead(indent, " ", name), right, indent, " ");
  const title = lead(indent, "~", name);
  if (isPropertyMap(left) && isPropertyMap(right) && !isSecret(left) && !isSecret(right)) {
    return [
      `${title}{`,
      ...diffLines(left, right, indent + STEP, { detailed: style.detailed }),
      `${indent}}`,
    ];
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return [`${title}[`, ...arrayLines(left, right, indent + STEP, style), `${indent}]`];
  }
  const before = primitiveText(left);
  const after = primitiveText(right);
  return before === undefined || after === undefined
    ? [...gone(), ...come()]
    : [`${title}${before} => ${after}`];
}

function arrayLines(
  left: PropertyValue[],
  right: PropertyValue[],
  indent: string,
  style: DiffStyle,
): string[] {
  const indexes = [...Array(Math.max(left.length, right.length)).keys()];
  return indexes
    .filter((index) => !style.detailed || !equalShown(left[index], right[index], style))
    .flatMap((index) => entryLines(`[${index}]`, left[index], right[index], indent, style));
}

function valueLines(title: string, value: PropertyValue, indent: string, sign: Sign): string[] {
  const text = primitiveText(value);
  if (text !== undefined) return [`${title}${text}`];
  const inner = indent + STEP;
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${title}[]`];
    const items = value.flatMap((item, index) =>
      valueLines(lead(inner, sign, `[${index}]`), item, inner, sign),
    );
    return [`${title}[`, ...items, `${indent}]`];
  }
  const lines = mapLines(value as PropertyMap, inner, sign);
  return lines.length === 0 ? [`${title}{}`] : [`${title}{`, ...lines, `${indent}}`];
}

function primitiveText(value: PropertyValue): string | undefined {
  if (isSecret(value)) return "[secret]";
  if (value === UNKNOWN) return "[unknown]";
  if (value === null) return "<null>";
  return typeof value === "object" ? undefined : JSON.stringify(value);
}

/** The sign takes the last two columns of the indent. */
function lead(indent: string, sign: Sign, name: string): string {
  return `${indent.slice(0, -2)}${sign} ${name}: `;
}

/** Keys that begin with two underscores are bookkeeping, such as a dynamic provider's text. */
function visibleKeys(map: PropertyMap): string[] {
  return Object.keys(map)
    .filter((key) => !key.startsWith("__"))
    .sort();
}

function longest(keys: string[]): number {
  return Math.max(0, ...keys.map((key) => key.length));
}

function equalShown(
  left: PropertyValue | undefined,
  right: PropertyValue | undefined,
  style: DiffStyle,
): boolean {
  if (left === undefined || right === undefined) return left === right;
  const plain = style.detailed ? withoutSecrets : maskSecrets;
  return equalValues(plain(left), plain(right));
}
