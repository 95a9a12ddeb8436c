import { count } from "../../data/count.js";
import { type EffectiveSettings, type Level, levels } from "../../levels/effectiveSettings.js";
import type { MeshStatus, NamespaceStatus } from "../../mesh/MeshStatus.js";
import { inOrder } from "../../settings/canonicalSettings.js";
import { settingText } from "../../settings/settingText.js";
import { type Html, html } from "./html.js";

/** The letter in a cell that stands for a level, for people who can't tell the colours apart. */
const levelLetters: Readonly<Record<Level, string>> = {
  installed: "I",
  global: "G",
  namespace: "N",
  workload: "W",
  pod: "P",
};

const levelWords: Readonly<Record<Level, string>> = {
  installed: "what Istio was installed with",
  global: "the global settings",
  namespace: "the namespace's settings",
  workload: "a workload's settings",
  pod: "the pod itself",
};

/** A table of namespaces and their workload settings by setting, each value with the level it comes from. */
export function settingsGrid({ namespaces, injectors }: MeshStatus): Html {
  const own = new Set(columnsOf(namespaces).filter((path) => isIstiosOwn(namespaces, path)));
  const columns = columnsOf(namespaces).sort((a, b) => Number(own.has(a)) - Number(own.has(b)));
  if (columns.length === 0) return html`<p class="nothing">No setting has a value anywhere.</p>`;
  const hides = own.size > 0 && own.size < columns.length;
  const groups = [
    ...grouped(columns.filter((path) => !own.has(path))),
    ...grouped(columns.filter((path) => own.has(path))).map((group) => ({ ...group, own: true })),
  ];
  const several = injectors.length > 1;
  return html`${legend(namespaces)}
${hides ? html`<p id="own" hidden><label><input type="checkbox"> Show Istio's own values (${count(own.size, "setting")})</label></p>` : ""}
<div class="scroll" role="region" aria-labelledby="settings" tabindex="0">
<table class="grid" id="grid">
<caption class="hidden">Effective settings of each namespace and of its workload settings, and the level that each value comes from</caption>
<thead>
<tr><th rowspan="2" scope="col">Namespace</th>${groups.map(groupHead)}</tr>
<tr>${groups.flatMap(({ leaves, own: istios }) => leaves.map((leaf) => html`<th scope="col" class="code${istios ? " own" : ""}">${broken(leaf)}</th>`))}</tr>
</thead>
<tbody>
${namespaces.flatMap((namespace, at) => row(namespace, at, columns, own, several))}
</tbody>
</table>
</div>`;
}

/** A single setting spans both head rows; several below one name get a second row. */
function groupHead({ name, leaves, own }: Group): Html {
  const kind = own ? "code own" : "code";
  return leaves.length === 0
    ? html`<th rowspan="2" scope="col" class="${kind}">${broken(name)}</th>`
    : html`<th colspan="${leaves.length}" scope="colgroup" class="${kind}">${broken(name)}</th>`;
}

/** Allows a name to break before its capitals only. */
function broken(name: string): Html[] {
  return name.split(/(?<=[a-z])(?=[A-Z])/).map((part, at) => (at === 0 ? html`${part}` : html`<wbr>${part}`));
}

/** Whether none of our levels sets it anywhere. */
function isIstiosOwn(namespaces: readonly NamespaceStatus[], path: string): boolean {
  return settingsIn(namespaces).every((settings) => (settings[path]?.source ?? "installed") === "installed");
}

/** The effective settings of each namespace and of each of its workload settings. */
function settingsIn(namespaces: readonly NamespaceStatus[]): EffectiveSettings[] {
  return namespaces.flatMap(({ settings, workloadSettings = [] }) => [
    settings,
    ...workloadSettings.map((one) => one.settings),
  ]);
}

function row(
  { name, revision, settings, workloadSettings = [] }: NamespaceStatus,
  at: number,
  columns: readonly string[],
  own: ReadonlySet<string>,
  several: boolean,
): Html[] {
  return [
    html`<tr data-place="ns-${at}"><th scope="row"><a href="#ns-${at}">${name}</a>${several ? html` <span class="quiet">${revision}</span>` : ""}</th>${cells(settings, columns, own)}</tr>
`,
    ...workloadSettings.map(
      (one) =>
        html`<tr data-place="ns-${at}"><th scope="row" class="picked" title="${one.selector}, settings of ${one.owner}">${one.name} <span class="hidden">in ${name}, for pods with</span> <span class="code quiet">${one.selector}</span></th>${cells(one.settings, columns, own)}</tr>
`,
    ),
  ];
}

function cells(settings: EffectiveSettings, columns: readonly string[], own: ReadonlySet<string>): Html[] {
  return columns.map((path) => {
    const setting = settings[path];
    const istios = own.has(path) ? " own" : "";
    if (!setting) return html`<td class="quiet${istios}">–</td>`;
    const value = settingText(setting.value);
    return html`<td class="${setting.source}${istios}" title="${value} — from ${levelWords[setting.source]}"><span class="tag" aria-hidden="true">${levelLetters[setting.source]}</span><span class="code">${value}</span><span class="hidden"> from ${levelWords[setting.source]}</span></td>`;
  });
}

function legend(namespaces: readonly NamespaceStatus[]): Html {
  const used = new Set(
    settingsIn(namespaces).flatMap((settings) => Object.values(settings).map(({ source }) => source)),
  );
  const items = [...levels]
    .reverse()
    .filter((level) => used.has(level))
    .map(
      (level) =>
        html`<li class="${level}"><span class="tag">${levelLetters[level]}</span>${levelWords[level]}</li>`,
    );
  return html`<ul class="legend" aria-label="Where values come from, strongest first">${items}</ul>`;
}

/** All settings that any namespace has, in declaration order. */
function columnsOf(namespaces: readonly NamespaceStatus[]): string[] {
  const paths = settingsIn(namespaces).flatMap((settings) => Object.keys(settings));
  return inOrder(new Set(paths)).map(({ path }) => path);
}

interface Group {
  name: string;
  /** Whether these are Istio's own values in every namespace. */
  own?: boolean;
  leaves: string[];
}

function grouped(columns: readonly string[]): Group[] {
  const groups: Group[] = [];
  for (const path of columns) {
    const [name = path, ...rest] = path.split(".");
    const leaves = rest.length > 0 ? [rest.join(".")] : [];
    const last = groups.at(-1);
    if (last && last.name === name) last.leaves.push(...leaves);
    else groups.push({ name, leaves });
  }
  return groups;
}
