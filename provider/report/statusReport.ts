import {
  type Counts,
  countsOf,
  type MeshStatus,
  type WorkloadState,
  type WorkloadStatus,
  workloadStates,
} from "../mesh/MeshStatus.js";
import { differencesText, restartSentence } from "../pod/differences.js";
import { markdownCode, markdownTable, markdownText } from "./markdown.js";
import { type Paint, plain, type Tone } from "./Paint.js";
import { printed } from "./printed.js";
import { textTable } from "./textTable.js";

export const stateTones: Record<WorkloadState, Tone> = {
  current: "good",
  masked: "good",
  stale: "bad",
  waiting: "warning",
  unmanaged: "warning",
  unknown: "warning",
};

/** The whole mesh as a table for terminals, what needs somebody's eye first. */
export function statusText(status: MeshStatus, paint: Paint = plain, width?: number): string {
  const rows = status.namespaces
    .flatMap(({ name, revision, workloads }) => workloads.map((workload) => ({ name, revision, workload })))
    .sort((a, b) => workloadStates.indexOf(a.workload.state) - workloadStates.indexOf(b.workload.state));
  const severalRevisions = status.injectors.length > 1;
  const table = textTable(
    ["NAMESPACE", ...(severalRevisions ? ["REVISION"] : []), "WORKLOAD", "PODS", "STATE", "DETAIL"],
    rows.map(({ name, revision, workload }) => [
      name,
      ...(severalRevisions ? [revision] : []),
      workload.name,
      String(workload.pods),
      { text: workload.state, tone: stateTones[workload.state] },
      detailOf(workload),
    ]),
    paint,
    width,
  );
  const notes = status.notes.map((note) => `${paint("warning", "note:")} ${printed(note)}\n`).join("");
  return `${rows.length > 0 ? `${table}\n` : ""}${notes}${summaryOf(status, paint)}\n`;
}

/** `12 workloads in 3 namespaces: 10 current, 2 stale (5 pods)`. */
export function summaryOf(status: MeshStatus, paint: Paint = plain): string {
  const counts = countsOf(status);
  const total = workloadStates.reduce((sum, state) => sum + counts[state].workloads, 0);
  const places = status.namespaces.filter(({ workloads }) => workloads.length > 0).length;
  if (total === 0) return "no workloads with sidecars";
  const parts = [...workloadStates]
    .reverse()
    .filter((state) => counts[state].workloads > 0)
    .map((state) => paint(stateTones[state], partOf(counts, state)));
  return `${count(total, "workload")} in ${count(places, "namespace")}: ${parts.join(", ")}`;
}

/** Whether nothing is left to do: everything runs with what the injector gives now, as far as anybody can say. */
export function isSettled(status: MeshStatus): boolean {
  const { stale, waiting, unknown, unmanaged } = countsOf(status);
  return [stale, waiting, unknown, unmanaged].every(({ workloads }) => workloads === 0);
}

/** What one workload's line says beside its state. */
export function detailOf({
  differences,
  stalePods,
  why,
  left,
  progress,
  decidedByPod,
  overruled,
  pods,
}: WorkloadStatus): string {
  return [
    progress === undefined ? undefined : `restarting: ${progress}`,
    differences && stalePods !== undefined
      ? // the column PODS has the number already
        stalePods === pods
        ? differencesText(differences)
        : restartSentence(stalePods, differences)
      : undefined,
    why,
    left,
    overruled,
    decidedByPod === undefined ? undefined : `the pods' own: ${decidedByPod.join(", ")}`,
  ]
    .filter((part) => part !== undefined)
    .join("; ");
}

/** The status as Markdown, for an issue or a chat. */
export function statusMarkdown(status: MeshStatus): string {
  const rows = status.namespaces.flatMap(({ name, workloads }) =>
    workloads
      .filter(({ state }) => state !== "current")
      .map((workload) => [
        markdownCode(name),
        markdownCode(workload.name),
        String(workload.pods),
        workload.state,
        markdownText(detailOf(workload)),
      ]),
  );
  const injectors = status.injectors.map(
    ({ configMap, revision, istio, layers }) =>
      `- ${markdownCode(configMap)}: revision ${markdownText(revision)}, Istio ${markdownText(istio ?? "unknown")}, ${count(layers, "layer")}`,
  );
  return [
    "## Sidecar settings",
    "",
    summaryOf(status),
    "",
    ...injectors,
    ...(rows.length > 0
      ? ["", markdownTable(["Namespace", "Workload", "Pods", "State", "Detail"], rows)]
      : []),
    ...(status.notes.length > 0 ? ["", ...status.notes.map((note) => `> ${markdownText(note)}`)] : []),
    "",
  ].join("\n");
}

export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function partOf(counts: Counts, state: WorkloadState): string {
  const { workloads, pods } = counts[state];
  return state === "current" ? `${workloads} ${state}` : `${workloads} ${state} (${count(pods, "pod")})`;
}
