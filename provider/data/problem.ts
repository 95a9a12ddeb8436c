/** One thing that is wrong: where it is, what was found, what was expected, what to do about it. */
export interface Problem {
  /** Dotted path below the component's arguments, for instance `capture.excludeInboundPorts`. */
  path: string;
  got: string;
  expected: string;
  todo: string;
  /** The whole sentence, where "expected X, got Y" would be none. */
  sentence?: string;
}

/** Signals settings that can't be used; `problems` holds all of them, never just the first. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  constructor(
    readonly where: string,
    readonly problems: readonly Problem[],
  ) {
    super(
      `${where}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}\n${problemText(problems)}`,
    );
  }
}

export function problemText(problems: readonly Problem[]): string {
  return problems.map((problem) => `✖ ${placedSentence(problem)}`).join("\n");
}

/** The sentence with its place before it; a file's own problem has none. */
export function placedSentence(problem: Problem): string {
  return problem.path === ""
    ? problemSentence(problem)
    : `${oneLine(problem.path)}: ${problemSentence(problem)}`;
}

/** `expected true or false, got "yes". Leave it out for the weaker level's value.` */
export function problemSentence({ got, expected, todo, sentence }: Problem): string {
  return sentence ?? `expected ${expected}, got ${got}. ${asSentence(todo)}`;
}

function asSentence(text: string): string {
  const [first = ""] = text;
  // the name of a setting or a value stays as it is
  const begun = /^[a-z]+ /.test(text) ? `${first.toUpperCase()}${text.slice(1)}` : text;
  return /[.?!…]$/.test(begun) ? begun : `${begun}.`;
}

const longestShown = 80;
const longestPart = 400;

/** A value as a message may show it: JSON, on one line, cut when long, so that hostile text can't break a report. */
export function shown(value: unknown): string {
  return cut(oneLine(jsonOf(value)), longestShown);
}

/** Text as it is, and anything else as JSON: what a cluster or a file has where text is expected need not be text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : jsonOf(value);
}

function jsonOf(value: unknown): string {
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // a message about such a value must not fail for the value
    return "data that is nested in itself or too deep, or no JSON";
  }
}

/** A problem that quotes what people wrote, each part fit for one line of a report. */
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

// by characters, not by UTF-16 units, so that none is cut in two
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = [...text.slice(0, 2 * most)];
  return characters.length <= most && text.length <= 2 * most
    ? text
    : `${characters.slice(0, most).join("")}…`;
}
