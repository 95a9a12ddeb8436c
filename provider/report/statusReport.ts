import { count } from "../data/count.js";
import { grouped } from "../data/grouped.js";
import {
  type MeshStatus,
  needsAttention,
  statesIn,
  type WorkloadStatus,
  workloadStates,
} from "../mesh/MeshStatus.js";
import { differencesText } from "../pod/differences.js";
import { markdownCode, markdownTable, markdownText } from "./markdown.js";
import { type Paint, plain } from "./Paint.js";
import { printed } from "./printed.js";
import { states } from "./states.js";
import { type Cell, groupedTable, textTable } from "./textTable.js";

/** Options for a report at a terminal. */
export interface TextOptions {
  paint?: Paint;
  /** The maximum line width. Default: unlimited. */
  width?: number | undefined;
  /** Whether to print a full line per workload instead of groups with the same reason. Default: no. */
  each?: boolean;
}

interface Placed {
  namespace: string;
  revision?: string;
  workload: WorkloadStatus;
}

/** The whole mesh as text, workloads that need attention first: each reason once, then its workloads. */
export function statusText(status: MeshStatus, options: TextOptions = {}): string {
  const { paint = plain } = options;
  const several = status.injectors.length > 1;
  const all = status.namespaces.flatMap(({ name, revision, workloads }) =>
    workloads.map((workload) => ({ namespace: name, workload, ...(several ? { revision } : {}) })),
  );
  const table = all.length > 0 ? `${workloadsText(all, ({ state }) => states[state].name, options)}\n` : "";
  const notes = status.notes.map((note) => `${paint("warning", "note:")} ${printed(note)}\n`).join("");
  return `${table}${notes}${summaryOf(status, paint)}\n`;
}

/** Workloads by state and reason, or one by one. `wordFor`: the word for a workload's state. */
export function workloadsText(
  all: readonly Placed[],
  wordFor: (workload: WorkloadStatus) => string,
  { paint = plain, width, each = false }: TextOptions,
): string {
  const sorted = [...all].sort((a, b) => orderOf(a) - orderOf(b));
  const several = all.some(({ revision }) => revision !== undefined);
  const place = ({ namespace, revision, workload }: Placed) => [
    namespace,
    ...(several ? [revision ?? ""] : []),
    workload.name,
  ];
  const heads = ["NAMESPACE", ...(several ? ["REVISION"] : []), "WORKLOAD", "PODS"];
  const options = { paint, most: width };
  if (each) {
    const rows = sorted.map((one): Cell[] => [
      ...place(one),
      String(one.workload.pods),
      { text: wordFor(one.workload), tone: states[one.workload.state].tone },
      detailOf(one.workload),
    ]);
    return textTable([...heads, "STATE", "DETAIL"], rows, options);
  }
  const groups = grouped(sorted, ({ workload }) => `${wordFor(workload)}: ${reasonOf(workload)}`);
  const restarting = all.some(({ workload }) => workload.progress !== undefined);
  return groupedTable(
    [...heads, ...(restarting ? ["RESTARTING"] : [])],
    [...groups.values()]
      .sort((a, b) => orderOf(a[0]) - orderOf(b[0]) || b.length - a.length)
      .map((members) => ({
        title: titleOf(members, wordFor),
        rows: members.map((one) => [
          ...place(one),
          podsOf(one.workload),
          ...(restarting ? [one.workload.progress ?? ""] : []),
        ]),
      })),
    options,
  );
}

function titleOf(
  members: readonly [Placed, ...Placed[]],
  wordFor: (workload: WorkloadStatus) => string,
): Cell[] {
  const [{ workload }] = members;
  const many = members.length > 1 ? `, ${count(members.length, "workload")}` : "";
  const reason = reasonOf(workload);
  return [
    { text: wordFor(workload), tone: states[workload.state].tone },
    `${many}${reason === "" ? "" : `: ${reason}`}`,
  ];
}

function orderOf({ workload }: Placed): number {
  return workloadStates.indexOf(workload.state);
}

/** `3`, or `1 of 3` if the others are up to date. */
function podsOf({ pods, stalePods = pods }: WorkloadStatus): string {
  return stalePods === pods ? String(pods) : `${stalePods} of ${pods}`;
}

/** `12 workloads in 3 namespaces: 10 up to date, 2 stale (5 pods)`. */
export function summaryOf(status: MeshStatus, paint: Paint = plain): string {
  const counts = statesIn(status);
  const total = counts.reduce((sum, { workloads }) => sum + workloads, 0);
  const places = status.namespaces.filter(({ workloads }) => workloads.length > 0).length;
  if (total === 0) return "no workloads with sidecars";
  const parts = counts.reverse().map(({ state, workloads, pods }) => {
    const part = `${workloads} ${states[state].name}`;
    return paint(states[state].tone, state === "current" ? part : `${part} (${count(pods, "pod")})`);
  });
  return `${count(total, "workload")} in ${count(places, "namespace")}: ${parts.join(", ")}`;
}

/** Whether there is nothing to do: all workloads are known to run with what the injector gives now. What could not be checked isn't. */
export function isSettled(status: MeshStatus): boolean {
  return status.notes.length === 0 && !statesIn(status).some(needsAttention);
}

/** The detail next to a workload's state. */
export function detailOf(workload: WorkloadStatus): string {
  const { progress, stalePods, pods } = workload;
  const reason = reasonOf(workload);
  return [
    progress === undefined ? "" : `restarting: ${progress}`,
    // the PODS column already has the total
    stalePods === undefined || stalePods === pods ? reason : `${count(stalePods, "pod")}: ${reason}`,
  ]
    .filter((part) => part !== "")
    .join("; ");
}

/** The reason for a state, which workloads may share. */
function reasonOf({ differences, why, left, decidedByPod, overruled }: WorkloadStatus): string {
  return [
    why,
    differences && differencesText(differences),
    left,
    overruled,
    decidedByPod === undefined ? undefined : `the pods' own: ${decidedByPod.join(", ")}`,
  ]
    .filter((part) => part !== undefined && part !== "")
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
        states[workload.state].name,
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
