/** One thing that is wrong: where it is, what was found, what is wanted, what to do about it. */
export interface Problem {
  /** Dotted path below the component's arguments, for instance `capture.excludeInboundPorts`. */
  path: string;
  found: string;
  wanted: string;
  todo: string;
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
  return problems.map((problem) => `✖ ${problemSentence(problem)} → at ${problem.path}`).join("\n");
}

export function problemSentence({ found, wanted, todo }: Problem): string {
  return `found ${found}; wanted ${wanted}: ${todo}`;
}

const longestShown = 80;

/** A value as a message may show it: JSON, on one line, cut when long, so that hostile text can't break a report. */
export function shown(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
