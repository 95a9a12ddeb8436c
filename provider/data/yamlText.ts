import {
  type Document,
  isScalar,
  LineCounter,
  type ParseOptions,
  parseAllDocuments,
  parseDocument,
  visit,
} from "yaml";
import { deepest, isNestedTooDeep } from "./plainData.js";

/** Line and column count from 1. */
export interface YamlError {
  message: string;
  line: number;
  column: number;
}

/** A parsed YAML or JSON text with positions. Its content is not validated. */
interface YamlText {
  document: Document.Parsed;
  lines: LineCounter;
  errors: readonly YamlError[];
}

export function yamlText(text: string, options: ParseOptions & { merge?: boolean } = {}): YamlText {
  const lines = new LineCounter();
  return checked(parseDocument(text, { ...parsing, ...options, lineCounter: lines }), lines);
}

/** All documents of a text. */
export function yamlTexts(text: string): YamlText[] {
  const lines = new LineCounter();
  return parseAllDocuments(text, { ...parsing, lineCounter: lines }).map((document) =>
    checked(document as Document.Parsed, lines),
  );
}

/** The content as plain data, or why it can't be read, the first reason first. Terminates for any text, and never returns data that contains itself. */
export function contentOf({
  document,
  lines,
  errors: [first, ...more],
}: YamlText): { content: unknown } | { errors: readonly [YamlError, ...YamlError[]] } {
  if (first) return { errors: [first, ...more] };
  try {
    const content: unknown = document.toJS({ maxAliasCount: mostRepeated });
    return isNestedTooDeep(content) ? { errors: [errorAt(lines, 0, tooDeep)] } : { content };
  } catch (error) {
    const message =
      error instanceof RangeError || !(error instanceof Error) ? tooDeep : plainMessage(error.message);
    return { errors: [errorAt(lines, unreadable(document), message)] };
  }
}

/** The position of the first alias without an anchor, or merge of something other than a map, which the parser's error doesn't have. */
function unreadable(document: Document): number {
  const anchors = new Set<string>();
  let place = 0;
  visit(document, {
    Value: (_, { anchor }) => {
      if (anchor !== undefined) anchors.add(anchor);
    },
    Alias: (_, { source, range }) => {
      if (anchors.has(source)) return undefined;
      place = range?.[0] ?? 0;
      return visit.BREAK;
    },
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.source !== "<<" || !isScalar(value)) return undefined;
      place = value.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return place;
}

// "warn" would print to the user's terminal, and "silent" would accept a second document
const parsing = { prettyErrors: false, uniqueKeys: true, logLevel: "error" } as const;

/**
 * How many times aliases may be expanded: a few lines of them can exhaust the memory, but hundreds of namespaces may share what one anchor
 * has.
 */
const mostRepeated = 10_000;

const tooDeep = `more than ${deepest} levels of nesting, or an anchor that contains itself`;

function checked(document: Document.Parsed, lines: LineCounter): YamlText {
  const errors = document.errors.map(({ message, pos: [offset] }) =>
    errorAt(lines, offset, plainMessage(message)),
  );
  return { document, lines, errors };
}

function errorAt(lines: LineCounter, offset: number, message: string): YamlError {
  const { line, col } = lines.linePos(offset);
  return { message, line, column: col };
}

function plainMessage(message: string): string {
  return plainMessages.find(([found]) => message.startsWith(found))?.[1] ?? message;
}

/** What the parser says in its own terms, and what that means to somebody who writes a file. */
const plainMessages: readonly (readonly [parsers: string, ours: string])[] = [
  ["Maximum call stack", tooDeep],
  ["Excessive alias count", `aliases that repeat what they stand for more than ${mostRepeated} times`],
  // it misleadingly blames the indentation
  ["Flow sequence", '"[" is never closed'],
  ["Flow map", '"{" is never closed'],
  [
    "Source contains multiple documents",
    "a second document begins here, after ---, and only one can be read",
  ],
  ["Map keys must be unique", "duplicate key"],
  ["Implicit map keys need", "a key without its colon and a space after it"],
  [
    "Implicit keys need",
    "a key or a text that goes on in the next line, or a colon without a space after it",
  ],
  ["Nested mappings are not allowed", "two keys in one line, or a colon in a text without quotes"],
  ["All mapping items must", "a key that is not indented like those before it"],
];
