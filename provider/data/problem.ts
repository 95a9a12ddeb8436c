import { count } from "./count.js";
import { cut } from "./shortened.js";

/** Something wrong in what a user wrote: where, what was expected, what was there, and what to do about it. */
export interface Problem {
  /** Dotted path below the component's arguments, for instance `capture.excludeInboundPorts`. */
  path: string;
  got: string;
  expected: string;
  todo: string;
  /** The whole message, if "expected X, got Y" doesn't fit. */
  sentence?: string;
}

/** Settings that can't be used. `problems` has all of them, never just the first. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  constructor(
    readonly where: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${where}: ${count(problems.length, "problem")}\n${problemText(problems)}`);
  }
}

export function problemText(problems: readonly Problem[]): string {
  return problems.map((problem) => `✖ ${placedSentence(problem)}`).join("\n");
}

/** The sentence after its path, which a problem with the whole file doesn't have. */
export function placedSentence(problem: Problem): string {
  return problem.path === ""
    ? problemSentence(problem)
    : `${oneLine(problem.path)}: ${problemSentence(problem)}`;
}

/** `expected true or false, got "yes". Write true, without quotes.` */
export function problemSentence({ got, expected, todo, sentence }: Problem): string {
  return sentence ?? `expected ${expected}, got ${got}. ${asSentence(todo)}`;
}

function asSentence(text: string): string {
  const [first = ""] = text;
  // a leading setting name or value keeps its case
  const begun = /^[a-z]+ /.test(text) ? `${first.toUpperCase()}${text.slice(1)}` : text;
  return /[.?!…]$/.test(begun) ? begun : `${begun}.`;
}

const longestShown = 80;
const longestPart = 400;

/** A value for messages: JSON on one line, truncated, so that hostile text can't garble a report. */
export function shown(value: unknown): string {
  return cut(oneLine(jsonOf(value)), longestShown);
}

/** Text as is, anything else as JSON: clusters and files may have other values where text is expected. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : jsonOf(value);
}

function jsonOf(value: unknown): string {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // the message about such a value must not fail, too
    return "data that contains itself, is nested too deeply, or has no JSON form";
  }
}

/** A problem that quotes user input, with each part on one line and truncated. */
export function printable({ path, got, expected, todo, sentence }: Problem): Problem {
  const part = (text: string) => cut(oneLine(text), longestPart);
  return {
    path: part(path),
    got: part(got),
    expected: part(expected),
    todo: part(todo),
    ...(sentence === undefined ? {} : { sentence: part(sentence) }),
  };
}

function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
