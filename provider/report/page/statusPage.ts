import { createHash } from "node:crypto";
import { count } from "../../data/count.js";
import { type MeshStatus, statesIn, workloadStates } from "../../mesh/MeshStatus.js";
import { states } from "../states.js";
import { summaryOf } from "../statusReport.js";
import { Html, html } from "./html.js";
import { pageScript } from "./pageScript.js";
import { pageStyle } from "./pageStyle.js";
import { settingsGrid } from "./settingsGrid.js";
import { workloadTables } from "./workloadTables.js";

/** A self-contained page: it makes no requests, and runs no scripts or styles but its own. */
export function statusPage(status: MeshStatus): string {
  const policy = [
    "default-src 'none'",
    `style-src '${hash(pageStyle)}'`,
    `script-src '${hash(pageScript)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${status.context === undefined ? "" : `${status.context}: `}Sidecar settings: ${summaryOf(status)}</title>
<link rel="icon" href="data:,">
<style>${new Html(pageStyle)}</style>
</head>
<body>
<header>
<h1>Sidecar settings${status.context === undefined ? "" : html` <span class="quiet">of</span> <span class="cluster">${status.context}</span>`}</h1>
<p class="quiet"><span class="code">${status.server}</span>, <time datetime="${status.at}">${status.at.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time></p>
${injectors(status)}
${chips(status)}
${meanings(status)}
${notes(status)}
</header>
<main>
<div class="tools" role="search" hidden>
<div><label for="search">Search namespaces, workloads, settings and values</label><input id="search" type="search" autocomplete="off" aria-describedby="result" placeholder="Press / to search"></div>
<div><label for="state">State</label><select id="state"><option value="">all states</option>${workloadStates.map((state) => html`<option value="${state}">${states[state].name}</option>`)}</select></div>
<p id="result" role="status" aria-live="polite"></p>
</div>
${workloads(status, "Needs attention", true)}
<section aria-labelledby="settings">
<h2 id="settings">Settings by namespace and workload</h2>
${settingsGrid(status)}
</section>
${workloads(status, "Up to date", false)}
<p id="nothing" class="nothing" hidden>No matches.</p>
</main>
<footer>Written by <span class="code">sidecar-settings status --output html</span>. A pod's own annotations win over workload, namespace and global settings, in this order.</footer>
<script>${new Html(pageScript)}</script>
</body>
</html>
`.text;
}

/** The namespaces that need attention, or the others. */
function workloads(status: MeshStatus, title: string, needing: boolean): Html {
  const places = workloadTables(status, needing);
  if (places.length === 0) return html``;
  const id = needing ? "attention" : "others";
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title} <span class="quiet">(${count(places.length, "namespace")})</span></h2>
${places}
</section>`;
}

function injectors({ injectors: all }: MeshStatus): Html[] {
  return all.map(
    ({ configMap, revision, istio, layers }) =>
      html`<p class="quiet"><span class="code">${configMap}</span>: revision ${revision}, Istio ${istio ?? "of an unknown version"}, ${count(layers, "layer")}</p>`,
  );
}

function chips(status: MeshStatus): Html {
  return html`<ul class="chips" aria-label="Workloads by state">${statesIn(status).map(({ state, workloads, pods }) => html`<li><button type="button" class="chip ${states[state].tone}" data-state="${state}" aria-pressed="false" disabled><strong>${workloads}</strong>${states[state].name} <span>(${count(pods, "pod")})</span></button></li>`)}</ul>`;
}

/** The meanings of the states that occur. */
function meanings(status: MeshStatus): Html {
  return html`<dl class="states" aria-label="What the states mean">${statesIn(status).map(({ state }) => html`<div><dt class="state ${states[state].tone}">${states[state].name}</dt><dd>${states[state].meaning}</dd></div>`)}</dl>`;
}

function notes({ notes: all }: MeshStatus): Html {
  return all.length === 0 ? html`` : html`<ul>${all.map((note) => html`<li>${note}</li>`)}</ul>`;
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
