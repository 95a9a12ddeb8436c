import { count } from "../data/count.js";
import { type Problem, placedSentence as sentenceAt } from "../data/problem.js";

/** A problem with its position in a file; both numbers start at 1. */
export interface PlacedProblem extends Problem {
  line: number;
  column: number;
}

/** A settings file that can't be used. `problems` has all of them, in file order. */
export class SettingsFileError extends Error {
  override readonly name = "SettingsFileError";
  constructor(
    readonly file: string,
    readonly problems: readonly PlacedProblem[],
  ) {
    super(
      `${file}: ${count(problems.length, "problem")}\n${problems.map((problem) => placedSentence(file, problem)).join("\n")}`,
    );
  }
}

/** `✖ settings.yaml:7:5: dnsProxy: expected …, got …. …`, where terminals and editors make the position a link. */
function placedSentence(file: string, problem: PlacedProblem): string {
  return `✖ ${file}:${problem.line}:${problem.column}: ${sentenceAt(problem)}`;
}
