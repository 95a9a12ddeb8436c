import { count } from "../data/count.js";
import type { Finding } from "../mesh/Finding.js";
import { markdownTable, markdownText } from "./markdown.js";
import { type Paint, plain, type Tone } from "./Paint.js";
import { printed } from "./printed.js";

const marks: Record<Finding["is"], { mark: string; tone: Tone }> = {
  ok: { mark: "✔", tone: "good" },
  warning: { mark: "!", tone: "warning" },
  problem: { mark: "✖", tone: "bad" },
  skipped: { mark: "-", tone: "quiet" },
};

export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ is }) => is !== "problem");
}

export function doctorText(findings: readonly Finding[], paint: Paint = plain): string {
  const lines = findings.flatMap(({ check, is, says, details = [], todo }) => {
    const { mark, tone } = marks[is];
    const line = `${paint(tone, mark)} ${paint("strong", check)}: ${printed(says)}`;
    return [
      line,
      ...details.map((detail) => `    ${printed(detail)}`),
      ...(todo === undefined ? [] : [`  ${paint("quiet", `→ ${printed(todo)}`)}`]),
    ];
  });
  return `${lines.join("\n")}\n\n${summary(findings)}\n`;
}

export function doctorMarkdown(findings: readonly Finding[]): string {
  const rows = findings.map(({ check, is, says, details = [], todo = "" }) => [
    marks[is].mark,
    markdownText(check),
    markdownText([says, ...details].join("; ")),
    markdownText(todo),
  ]);
  return `## Sidecar settings: doctor\n\n${summary(findings)}\n\n${markdownTable(["", "Check", "Found", "To do"], rows)}\n`;
}

function summary(findings: readonly Finding[]): string {
  const [problems = 0, warnings = 0] = ["problem", "warning"].map(
    (wanted) => findings.filter(({ is }) => is === wanted).length,
  );
  if (problems === 0 && warnings === 0) return "all is well";
  return `${count(problems, "problem")}, ${count(warnings, "warning")}`;
}
