import { type Document, LineCounter, type ParseOptions, parseAllDocuments, parseDocument } from "yaml";
import { deepest, isNestedTooDeep } from "./plainData.js";

export interface YamlError {
  message: string;
  offset: number;
}

/** A YAML or JSON text that people wrote, with its places; what it says is not looked at. */
export interface YamlText {
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

/** What a text says, or why it can't be read. Whatever the text, this ends, and what it says has an end. */
export function contentOf({
  document,
  errors,
}: YamlText): { content: unknown } | { errors: readonly YamlError[] } {
  if (errors.length > 0) return { errors };
  try {
    const content: unknown = document.toJS({ maxAliasCount: mostRepeated });
    return isNestedTooDeep(content) ? { errors: [{ message: tooDeep, offset: 0 }] } : { content };
  } catch (error) {
    const message = error instanceof RangeError || !(error instanceof Error) ? tooDeep : error.message;
    return { errors: [{ message, offset: 0 }] };
  }
}

// warnings would go to the terminal of whoever looks; silent, a second document would be no error
const parsing = { prettyErrors: false, uniqueKeys: true, logLevel: "error" } as const;

/** Aliases may repeat this much: a few lines of them can stand for more than a machine holds. */
const mostRepeated = 100;

const tooDeep = `more than ${deepest} levels of nesting, or an anchor that contains itself`;

function checked(document: Document.Parsed, lines: LineCounter): YamlText {
  const errors = document.errors.map(({ message, pos: [offset] }) => ({
    // the parser's own word for it
    message: message.startsWith("Maximum call stack") ? tooDeep : message,
    offset,
  }));
  return { document, lines, errors };
}
