import { count } from "../data/count.js";
import { grouped } from "../data/grouped.js";
import { stackOf } from "../injector/layerOwner.js";
import { globalTarget } from "../levels/Layer.js";
import type { WorkloadStatus } from "../mesh/MeshStatus.js";
import type { PlatformDiff, SettingChange } from "../mesh/PlatformDiff.js";
import { settingText } from "../settings/settingText.js";
import { markdownCode, markdownTable, markdownText } from "./markdown.js";
import { plain } from "./Paint.js";
import { printed } from "./printed.js";
import { detailOf, type TextOptions, workloadsText } from "./statusReport.js";
import { type Cell, groupedTable, textTable } from "./textTable.js";
import { wrapped } from "./wrapped.js";

/** Whether `pulumi up` with the file would change anything. */
export function isDifferent({ changes, restarts }: PlatformDiff): boolean {
  return changes.length > 0 || restarts.length > 0;
}

/** Which settings change for whom, then which workloads restart or wait. */
export function diffText(diff: PlatformDiff, options: TextOptions = {}): string {
  const { paint = plain, width, each = false } = options;
  const parts: string[] = [];
  if (diff.changes.length > 0) {
    const fitted = { paint, most: width, cuts: ["FROM", "TO"] };
    parts.push(
      each
        ? textTable(
            ["FOR", ...changeHeads],
            diff.changes.map((change) => [targetText(change.target), ...changeCells(change)]),
            fitted,
          )
        : groupedTable(
            changeHeads,
            [...grouped(diff.changes, ({ target }) => target)].map(([target, changes]) => ({
              title: [{ text: targetText(target), tone: "strong" as const }],
              rows: changes.map(changeCells),
            })),
            fitted,
          ),
    );
  }
  if (diff.restarts.length > 0) parts.push(workloadsText(diff.restarts, stateAfter, options));
  const notes = notesOf(diff);
  if (notes.length > 0)
    parts.push(notes.map((note) => `${paint("warning", "note:")} ${printed(note)}\n`).join(""));
  parts.push(`${wrapped(diffSummary(diff), width ?? Number.POSITIVE_INFINITY).join("\n")}\n`);
  return parts.join("\n");
}

const changeHeads = ["SETTING", "FROM", "TO", "SOURCE"];

function changeCells(change: SettingChange): Cell[] {
  return [
    change.setting,
    { text: settingText(change.from?.value), tone: "bad" },
    { text: settingText(change.to?.value), tone: "good" },
    sourceText(change),
  ];
}

export function diffMarkdown(diff: PlatformDiff): string {
  const changes = diff.changes.map((change) => [
    change.target === globalTarget ? "all namespaces" : markdownCode(change.target),
    markdownCode(change.setting),
    markdownCode(settingText(change.from?.value)),
    markdownCode(settingText(change.to?.value)),
    markdownText(sourceText(change)),
  ]);
  const restarts = diff.restarts.map(({ namespace, workload }) => [
    markdownCode(namespace),
    markdownCode(workload.name),
    String(workload.pods),
    stateAfter(workload),
    markdownText(detailOf(workload)),
  ]);
  const notes = notesOf(diff);
  return [
    `## ${markdownText(diff.file)}`,
    "",
    diffSummary(diff),
    ...(changes.length > 0 ? ["", markdownTable(["For", "Setting", "From", "To", "Source"], changes)] : []),
    ...(restarts.length > 0
      ? ["", markdownTable(["Namespace", "Workload", "Pods", "State", "Detail"], restarts)]
      : []),
    ...(notes.length > 0 ? ["", ...notes.map((note) => `> ${markdownText(note)}`)] : []),
    "",
  ].join("\n");
}

function diffSummary(diff: PlatformDiff): string {
  const { changes, restarts, rollout } = diff;
  if (!isDifferent(diff)) return "nothing to change";
  const restarting = restarts.filter(({ workload }) => workload.state === "stale");
  const pods = restarting.reduce((sum, { workload }) => sum + (workload.stalePods ?? 0), 0);
  const targets = new Set(changes.map(({ target }) => target)).size;
  const atOnce = restarting.length > 0 ? `, at most ${rollout.maxConcurrent} at once` : "";
  return `${count(changes.length, "setting")} of ${count(targets, "level")} would change; ${count(restarting.length, "workload")} (${count(pods, "pod")}) would restart${atOnce}`;
}

/** A workload's state in the diff: stale ones restart, all others keep theirs. */
function stateAfter({ state }: WorkloadStatus): string {
  return state === "stale" ? "restarts" : state;
}

function notesOf({ file, elsewhere, notes }: PlatformDiff): string[] {
  const byStack = grouped(elsewhere, ({ injector, owner }) => `${injector}:${stackOf(owner)}`);
  const others = [...byStack.values()].map((layers) => {
    const [{ injector, owner }] = layers;
    const targets = layers.map(({ target }) => targetText(target)).join(", ");
    return `${injector} also has settings of ${targets}, not in ${file}; owned by stack ${stackOf(owner)}, and unaffected unless you run that stack with this file`;
  });
  return [...others, ...notes];
}

function targetText(target: string): string {
  return target === globalTarget ? "all namespaces" : target;
}

function sourceText({ from, to }: SettingChange): string {
  const [before, after] = [from?.source ?? "Istio", to?.source ?? "Istio"];
  return before === after ? after : `${before} -> ${after}`;
}
