import { count } from "../../data/count.js";
import {
  type MeshStatus,
  type NamespaceStatus,
  needsAttention,
  statesIn,
  type WorkloadStatus,
} from "../../mesh/MeshStatus.js";
import { states } from "../states.js";
import { Html, html } from "./html.js";

/** If more namespaces than this need attention, all stay closed: nobody reads that many. */
const mostOpen = 8;

/** A collapsible section per namespace that needs attention, or doesn't, with its workloads and their stale fields. */
export function workloadTables({ namespaces, injectors }: MeshStatus, needing: boolean): Html[] {
  const open = needing && namespaces.filter(isNeeding).length <= mostOpen;
  const several = injectors.length > 1;
  return namespaces.flatMap((namespace, at) =>
    isNeeding(namespace) === needing ? [place(namespace, at, open, several)] : [],
  );
}

function place(namespace: NamespaceStatus, at: number, open: boolean, several: boolean): Html {
  const { name, workloads, owner, revision } = namespace;
  const badges = statesIn({ namespaces: [namespace] })
    .filter(({ state }) => state !== "current")
    .map(
      ({ state, workloads: number }) =>
        html` <span class="state ${states[state].tone}">${number} ${states[state].name}</span>`,
    );
  const content =
    workloads.length === 0
      ? html`<p class="nothing">No workloads with sidecars.</p>`
      : html`<table>
<caption class="hidden">Workloads of namespace ${name}</caption>
<thead><tr><th scope="col">Workload</th><th scope="col">Pods</th><th scope="col">State</th><th scope="col">Detail</th></tr></thead>
<tbody>
${workloads.map(workloadRow)}</tbody>
</table>`;
  return html`<details class="place" id="ns-${at}" data-name="${name}"${new Html(open ? " open" : "")}>
<summary><h3>${name}</h3>${several ? html` <span class="quiet">revision ${revision}</span>` : ""}<span class="counts quiet">${count(workloads.length, "workload")}${owner === undefined ? "" : html`, settings of <span class="code">${owner}</span>`}</span>${badges}</summary>
${content}
</details>
`;
}

function workloadRow(workload: WorkloadStatus): Html {
  const { name, pods, state } = workload;
  return html`<tr data-state="${state}"><th scope="row" class="code">${name}</th><td>${pods}</td><td><span class="state ${states[state].tone}">${states[state].name}</span></td><td>${details(workload)}</td></tr>
`;
}

function details({
  differences,
  stalePods,
  pods,
  why,
  left,
  progress,
  decidedByPod,
  overruled,
}: WorkloadStatus): Html[] {
  const lines: Html[] = [];
  if (progress !== undefined) lines.push(html`<p>Restarting: ${progress}</p>`);
  if (why !== undefined) lines.push(html`<p>${why}</p>`);
  if (left !== undefined) lines.push(html`<p>${left}</p>`);
  if (overruled !== undefined) lines.push(html`<p>${overruled}</p>`);
  if (differences) {
    lines.push(html`<table class="fields"><caption>Differs on ${stalePods ?? pods} of ${count(pods, "pod")}</caption>
<thead><tr><th scope="col">Field</th><th scope="col">Runs with</th><th scope="col">New pods get</th></tr></thead>
<tbody>${differences.map(({ field, from, to }) => html`<tr><th scope="row" class="code">${field}</th><td class="code">${from ?? "none"}</td><td class="code">${to ?? "none"}</td></tr>`)}</tbody></table>`);
  }
  if (decidedByPod)
    lines.push(
      html`<p>Decided by the pods themselves: <span class="code">${decidedByPod.join(", ")}</span></p>`,
    );
  return lines;
}

function isNeeding({ workloads }: NamespaceStatus): boolean {
  return workloads.some(needsAttention);
}
