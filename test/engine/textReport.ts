import { type ChangeSummary, summarize } from "./changeSummary";
import type { Diagnostic, Journal } from "./journal";
import { topLevelKeys } from "./propertyDiff";
import { diffLines, mapLines } from "./propertyLines";
import type { PropertyMap } from "./propertyValue";
import { treeRows } from "./resourceTree";
import { changesAnything, type Step } from "./step";
import { diffSummary, SIGNS, stepWord } from "./stepWords";
import { urnName, urnType } from "./urn";

const ORDER = ["create", "update", "delete", "replace", "read", "read-discard"];

export interface ReportOptions {
  dryRun: boolean;
  stackName: string;
  project: string;
  /** Property-level differences instead of the table. */
  diff: boolean;
}

/** What is printed once a phase is over. */
export function textReport(journal: Journal, options: ReportOptions): string {
  const sections = [
    options.diff ? diffTree(journal.steps, options) : table(journal.steps, options),
    diagnosticsText(journal.diagnostics, options),
    outputsText(journal.outputs),
    summaryText(summarize(journal.steps), options.dryRun),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function table(steps: readonly Step[], options: ReportOptions): string {
  const rows = treeRows(steps, isShown).map(({ step, branch }) => [
    SIGNS[step.op],
    `${branch}${urnType(step.urn)}`,
    urnName(step.urn),
    stepWord(step, options.dryRun),
    diffSummary(step),
  ]);
  if (rows.length === 0) return "";
  const head = ["  ", "Type", "Name", options.dryRun ? "Plan" : "Status", "Info"];
  return `${columns([head, ...rows])}\n`;
}

function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => ` ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}

function diffTree(steps: readonly Step[], options: ReportOptions): string {
  const lines = treeRows(steps, isShown).flatMap(({ step, depth }) => stepDiffLines(step, depth, options));
  return `${lines.join("\n")}\n`;
}

function stepDiffLines(step: Step, depth: number, options: ReportOptions): string[] {
  const indent = "    ".repeat(depth);
  const state = step.new ?? step.old;
  const word = step.op === "same" ? "same" : stepWord(step, options.dryRun);
  const lines = [`${indent}${SIGNS[step.op]}${urnType(step.urn)}: (${word})`];
  const id = step.old?.id;
  if (id !== undefined) lines.push(`${indent}    [id=${id}]`);
  lines.push(`${indent}    [urn=${step.urn}]`);
  if (!state || step.op === "same" || step.op === "read") return lines;
  const inner = `${indent}    `;
  if (!step.old || !step.new) return [...lines, ...mapLines(state.inputs, inner)];
  const { hideDiffs, detailedDiff, diffReasons } = step;
  const changed = detailedDiff ? topLevelKeys(detailedDiff) : diffReasons;
  const narrow = (map: PropertyMap) => (changed.length === 0 ? map : pick(map, changed));
  const [olds, news] = [narrow(step.old.inputs), narrow(step.new.inputs)];
  return [
    ...lines,
    ...diffLines(olds, news, inner, { hidden: hideDiffs, detailed: detailedDiff !== undefined }),
  ];
}

function pick(map: PropertyMap, keys: string[]): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => keys.includes(key)));
}

function diagnosticsText(diagnostics: readonly Diagnostic[], options: ReportOptions): string {
  const groups = new Map<string, string[]>();
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === "debug" || diagnostic.message === "") continue;
    const place = diagnostic.urn || `::::pulumi:pulumi:Stack::${options.project}-${options.stackName}`;
    const title = `${urnType(place)} (${urnName(place)}):`;
    const label = diagnostic.severity === "info" ? "" : `${diagnostic.severity}: `;
    groups.set(title, [...(groups.get(title) ?? []), ...`${label}${diagnostic.message}`.split("\n")]);
  }
  if (groups.size === 0) return "";
  const texts = [...groups].map(([title, lines]) =>
    [`  ${title}`, ...lines.map((line) => `    ${line}`)].join("\n"),
  );
  return `Diagnostics:\n${texts.join("\n\n")}\n`;
}

function outputsText(outputs: PropertyMap): string {
  if (Object.keys(outputs).length === 0) return "";
  return `Outputs:\n${mapLines(outputs, "    ").join("\n")}\n`;
}

function summaryText(summary: ChangeSummary, dryRun: boolean): string {
  const changed = Object.entries(summary)
    .filter(([op]) => op !== "same")
    .sort(([left], [right]) => ORDER.indexOf(left) - ORDER.indexOf(right));
  const lines = changed.map(
    ([op, count]) => `    ${SIGNS[op as Step["op"]]}${count} ${dryRun ? `to ${op}` : pastTense(op)}`,
  );
  const total = changed.reduce((sum, [, count]) => sum + count, 0);
  // As the CLI does, once there is more than one kind of change to add up.
  const sum = changed.length > 1 ? `${total} changes. ` : "";
  if (summary.same || sum)
    lines.push(`    ${sum}${summary.same ? `${summary.same} unchanged` : ""}`.trimEnd());
  return lines.length === 0 ? "" : `Resources:\n${lines.join("\n")}\n`;
}

function pastTense(op: string): string {
  return op === "read" ? "read" : `${op}${op.endsWith("e") ? "d" : "ed"}`;
}

function isShown(step: Step): boolean {
  return changesAnything(step.op) || step.status === "failed";
}
