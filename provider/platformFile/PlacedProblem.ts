import { type Problem, placedSentence as sentenceAt } from "../data/problem.js";

/** A problem and where in a file it stands; both numbers begin at 1. */
export interface PlacedProblem extends Problem {
  line: number;
  column: number;
}

/** A settings file that can't be used; `problems` holds all of them, in the order of the file. */
export class SettingsFileError extends Error {
  override readonly name = "SettingsFileError";
  constructor(
    readonly file: string,
    readonly problems: readonly PlacedProblem[],
  ) {
    super(
      `${file}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}\n${problems.map((problem) => placedSentence(file, problem)).join("\n")}`,
    );
  }
}

/** `✖ settings.yaml:7:5: dnsProxy: expected …, got …. …`, which terminals and editors turn into a link. */
export function placedSentence(file: string, problem: PlacedProblem): string {
  return `✖ ${file}:${problem.line}:${problem.column}: ${sentenceAt(problem)}`;
}
