import { count } from "../../data/count.js";
import { cut } from "../../data/shortened.js";
import { lookupFailed } from "../../injector/Coordinators.js";
import { moreName } from "../../rollout/plan/cappedMap.js";
import { markdownCode, markdownTable, markdownText } from "../markdown.js";
import type { Pace, PreviewChange, PreviewReport, PreviewRestart } from "./PreviewReport.js";

/** The line by which a workflow finds its earlier comment. */
export const commentMarker = "<!-- sidecar-settings -->";

/** GitHub allows 65,536 characters; counted in bytes here, to be safe however it counts. */
const longestComment = 65_000;

const mostVisible = 15;
const longestCell = 300;

/** A short comment for a pull request: a one-line summary and the changed settings; restarts and the rest folded. */
export function previewComment(report: PreviewReport, title: string): string {
  const parts = [commentMarker, `## ${markdownText(title)}`, headline(report)];
  let left = longestComment - bytes(parts.join("\n\n")) - 1_000;
  const add = (part: string | undefined) => {
    if (part === undefined) return;
    parts.push(part);
    left -= bytes(part) + 2;
  };
  const changes = report.changes.map(changeRow);
  const heads = ["For", "Setting", "From", "To", "Source"];
  add(alert("CAUTION", report.errors, Math.min(left, 20_000)));
  add(table(heads, changes.slice(0, mostVisible), left / 4, changes.length));
  add(alert("NOTE", report.options, left / 8));
  const unforeseen = report.unforeseen.map((why) => `restarts can't be listed: ${why}`);
  add(alert("WARNING", [...report.restored, ...report.warnings, ...unforeseen], left / 4));
  // each may take half of what is left, so that the last one has room, too
  const restarts = report.restarts.map(restartRow);
  const uncounted = report.unnamed.workloads;
  add(
    folded(
      `What restarts: ${count(restarts.length + uncounted, "workload")}`,
      ["Namespace", "Workload", "Pods", "Why"],
      restarts,
      left / 2,
      uncounted,
    ),
  );
  const { named, unnamed } = waitingIn(report);
  add(
    folded(
      `Waiting: ${count(named.length + unnamed, "workload")}`,
      ["Workload", "Why"],
      named.map(([name, why]) => [code(name), text(why)]),
      left / 2,
      unnamed,
    ),
  );
  if (changes.length > mostVisible)
    add(folded(`All ${changes.length} settings that change`, heads, changes, left - 200, 0));
  return `${parts.join("\n\n")}\n`;
}

/** The workloads that are not restarted now: by name, with the reason, and how many more there are. */
function waitingIn({ waiting }: PreviewReport): { named: [string, string][]; unnamed: number } {
  const all = Object.entries(waiting);
  const isRest = ([name]: [string, string]) => name.endsWith(moreName);
  return {
    named: all.filter((one) => !isRest(one)),
    unnamed: all.filter(isRest).reduce((sum, [, more]) => sum + Number.parseInt(more, 10), 0),
  };
}

function headline(report: PreviewReport): string {
  const { changes, options, restarts, unforeseen, restored, unnamed, pace, stack, warnings, errors } = report;
  const of = stack === "" ? "" : ` (${markdownText(stack)})`;
  if (errors.length > 0) return `**The preview failed**${of}.`;
  const waiting = waitingIn(report);
  const held = waiting.named.length + waiting.unnamed;
  const rest = held === 0 ? "" : `; ${count(held, "workload")} ${held === 1 ? "is" : "are"} waiting`;
  const workloads = restarts.length + unnamed.workloads;
  const isIncomplete =
    unforeseen.length > 0 || restored.length > 0 || warnings.some((line) => line.startsWith(lookupFailed));
  if (changes.length === 0 && options.length === 0 && workloads === 0 && !isIncomplete)
    return `Nothing changes${rest}${of}.`;
  const targets = new Set(changes.map(({ level, target }) => `${level}/${target}`)).size;
  const settings =
    changes.length === 0
      ? restored.length > 0
        ? `Settings of ${count(restored.length, "level")} are restored`
        : "No setting changes"
      : `${count(changes.length, "setting")} of ${count(targets, "level")} ${changes.length === 1 ? "changes" : "change"}`;
  const pods = restarts.reduce((sum, one) => sum + one.pods, unnamed.pods);
  const many = unnamed.workloads > 0 && unnamed.pods === 0 ? "more than " : "";
  const more = isIncomplete ? "at least " : "";
  const restart =
    workloads === 0
      ? isIncomplete
        ? "which workloads restart is known only during the update"
        : "nothing restarts"
      : `${more}${count(workloads, "workload")} (${many}${count(pods, "pod")}) ${workloads === 1 ? "restarts" : "restart"}`;
  return `**${settings}; ${restart}**${workloads > 0 && pace ? paceText(pace) : ""}${rest}${of}.`;
}

function paceText({ maxConcurrent, strategy, typical, longest }: Pace): string {
  const how = strategy === "evict" ? ", by eviction" : "";
  return `, at most ${maxConcurrent} at once${how}: roughly ${durationText(typical)} at a minute each, ${durationText(longest)} if each uses up its timeout`;
}

/** `90` -> `2 min`, `5400` -> `1.5 h`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`;
  return `${Number((seconds / 3600).toFixed(1))} h`;
}

function changeRow({ level, target, setting, from, fromSource, to }: PreviewChange): string[] {
  const of =
    level === "global"
      ? "all namespaces"
      : level === "namespace"
        ? code(target)
        : `${code(target)} (${text(level)})`;
  return [
    of,
    code(setting),
    from === undefined ? "the weaker level's" : code(from),
    to === undefined ? "the weaker level's" : code(to),
    sourceText(level, fromSource, to),
  ];
}

/** The value's level, with an arrow if it was another one before. */
function sourceText(level: string, fromSource: string | undefined, to: string | undefined): string {
  if (to === undefined) return `${text(level)} → weaker`;
  return fromSource === undefined ? text(level) : `${text(fromSource)} → ${text(level)}`;
}

function restartRow({ namespace, workload, pods, why }: PreviewRestart): string[] {
  return [code(namespace), code(workload), String(pods), text(why)];
}

function alert(
  kind: "NOTE" | "WARNING" | "CAUTION",
  lines: readonly string[],
  room: number,
): string | undefined {
  if (lines.length === 0) return undefined;
  const { kept, dropped } = fitting(
    lines.map((line) => `> - ${text(line)}`),
    room,
  );
  const more = dropped > 0 ? [`> - and ${dropped} more`] : [];
  return [`> [!${kind}]`, ...kept, ...more].join("\n");
}

function folded(
  summary: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  room: number,
  uncounted: number,
): string | undefined {
  if (rows.length === 0) return undefined;
  const inside = table(heads, rows, room - 200, rows.length + uncounted);
  return `<details><summary>${summary}</summary>\n\n${inside}\n\n</details>`;
}

function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  room: number,
  total: number,
): string | undefined {
  if (rows.length === 0) return undefined;
  const sizes = rows.map((row) => row.join(" | "));
  const { kept } = fitting(sizes, room - 300);
  const rest = total - kept.length;
  const more = rest > 0 ? `\n\n… and ${rest} more` : "";
  return markdownTable(heads, rows.slice(0, kept.length)) + more;
}

/** As many of the lines as fit into `room` bytes. */
function fitting(lines: readonly string[], room: number): { kept: string[]; dropped: number } {
  const kept: string[] = [];
  let left = room;
  for (const line of lines) {
    left -= bytes(line) + 6;
    if (left < 0) break;
    kept.push(line);
  }
  return { kept, dropped: lines.length - kept.length };
}

function code(value: string): string {
  return markdownCode(cut(value, longestCell));
}

function text(value: string): string {
  return markdownText(cut(value, longestCell));
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
