import { recordOf } from "../data/isRecord.js";
import type { Parsed } from "../data/parsed.js";
import { isNestedTooDeep } from "../data/plainData.js";
import { problemSentence, shown } from "../data/problem.js";
import { containsUnknown, unknownMarker } from "../data/unknown.js";
import { type LabelSelector, labelsPickedBy, parseSelector, type Requirement } from "../levels/selector.js";
import { readOverrides } from "../pod/readOverrides.js";
import { type CanonicalSettings, type NestedSettings, nested } from "../settings/canonicalSettings.js";
import { conflicts } from "../settings/conflicts.js";
import type { SettingValue } from "../settings/declarations.js";
import { meansSame } from "../settings/settingsInputs.js";
import { type ForeignSetting, foreignSettings } from "./foreignSettings.js";
import type { Custom, Inventory, NamespaceInventory } from "./Inventory.js";

/** The content of a settings file made from a cluster's other sidecar configuration, and an account of all that was found. */
export interface Imported {
  global?: NestedSettings;
  namespaces: Record<string, NestedSettings>;
  /** Settings of the pods that an object's selector matches, by their names in this file. */
  workloads: Record<string, ImportedWorkload>;
  taken: ImportNote[];
  leftAlone: ImportNote[];
}

interface ImportedWorkload {
  namespace: string;
  selector: LabelSelector;
  priority?: number;
  settings: NestedSettings;
}

export interface ImportNote {
  /** `shop/ProxyConfig/default`, `shop: annotation …`. */
  where: string;
  says: string;
}

/** The settings of one level, each with its note for the account. */
interface Draft {
  settings: Map<string, { value: SettingValue; note: ImportNote }>;
  leftAlone: ImportNote[];
}

interface Picked extends Draft {
  name: string;
  selector: LabelSelector;
  requirements: readonly Requirement[];
}

/**
 * Annotations shared by all workloads of a namespace mean the same as the namespace's settings. A workload's own annotations still win over
 * those.
 */
export function importedSettings(inventory: Inventory): Imported {
  const imported: Imported = { namespaces: {}, workloads: {}, taken: [], leftAlone: [] };
  for (const namespace of inventory.namespaces) {
    const isRoot = namespace.name === inventory.rootNamespace;
    const draft: Draft = { settings: new Map(), leftAlone: [] };
    const picked: Picked[] = [];
    // of two values the later one wins: in Istio annotations are stronger than ProxyConfig objects
    fromProxyConfigs(namespace, draft, picked);
    fromAsm(namespace, draft, picked);
    if (!isRoot) fromAnnotations(namespace, draft);
    const found = nested(withoutConflicts(draft, namespace.name));
    if (namespace.owner !== undefined && Object.keys(found).length > 0) {
      draft.leftAlone.push({
        where: isRoot ? "global" : namespace.name,
        says: `already has settings, owned by ${namespace.owner}. Add there what was found here.`,
      });
    } else if (Object.keys(found).length > 0) {
      if (isRoot) imported.global = found;
      else imported.namespaces[namespace.name] = found;
      imported.taken.push(...notesOf(draft));
    }
    imported.leftAlone.push(...draft.leftAlone);
    if (isRoot) imported.leftAlone.push(...picked.map(({ name }) => ({ where: name, says: rootSelector })));
    else addWorkloads(imported, namespace.name, picked);
  }
  imported.leftAlone.push(...inventory.notes.map((says) => ({ where: "cluster", says })));
  return imported;
}

const rootSelector = "its selector picks pods of Istio's own namespace only, which have no settings";

/** An object with settings, in the terms that both kinds share. */
interface Source {
  in: "asm" | "ProxyConfig";
  /** `shop/ProxyConfig/default`. */
  where: string;
  /** The labels that its selector wants; none for all pods of the namespace. */
  labels: Readonly<Record<string, unknown>>;
  settings: unknown;
}

/** Istio uses the oldest object without a selector, and likewise the oldest of those that match a pod. */
function fromProxyConfigs({ name, proxyConfigs }: NamespaceInventory, draft: Draft, picked: Picked[]): void {
  const oldestFirst = [...proxyConfigs]
    .sort((a, b) => (a.created < b.created ? -1 : 1))
    .map((config): Source => {
      const { selector, ...settings } = config.spec;
      const labels = recordOf(recordOf(selector).matchLabels);
      return { in: "ProxyConfig", where: whereOf(name, config), labels, settings };
    });
  const [first, ...others] = oldestFirst.filter((one) => !isPicking(one));
  if (first) takeFields(first, draft);
  for (const { where } of others)
    draft.leftAlone.push({ where, says: "has no effect: Istio uses the oldest one of a namespace" });
  for (const one of oldestFirst.filter(isPicking).reverse()) takePicked(one, draft, picked);
}

function fromAsm({ name, asmTemplates }: NamespaceInventory, draft: Draft, picked: Picked[]): void {
  for (const template of asmTemplates) {
    const labels = recordOf(recordOf(template.spec.workloadSelector).labels);
    const where = whereOf(name, template);
    const source: Source = { in: "asm", where, labels, settings: template.spec.configPatches };
    if (isPicking(source)) takePicked(source, draft, picked);
    else takeFields(source, draft);
  }
}

function isPicking({ labels }: Source): boolean {
  return Object.keys(labels).length > 0;
}

function takeFields({ in: place, where, settings }: Source, draft: Draft): void {
  if (isNestedTooDeep(settings)) {
    draft.leftAlone.push({ where, says: "is nested deeper than any setting" });
    return;
  }
  const { found, unknown } = foreignSettings(place, settings);
  for (const { setting, field, read } of found) put(draft, where, field, setting, read);
  for (const field of unknown) draft.leftAlone.push({ where, says: `${field}: there is no setting for it` });
}

function takePicked(source: Source, { leftAlone }: Draft, picked: Picked[]): void {
  const { where, labels } = source;
  const { value: requirements, problems } = parseSelector({ matchLabels: labels });
  const [problem] = problems;
  const why = containsUnknown(labels) ? placeholder : problem && problemSentence(problem);
  if (why !== undefined) {
    leftAlone.push({ where, says: `its selector: ${why}` });
    return;
  }
  const selector = { matchLabels: labels as Record<string, string> };
  const one: Picked = { name: where, selector, requirements, settings: new Map(), leftAlone: [] };
  takeFields(source, one);
  picked.push(one);
}

// a selector that has it would be taken for one that is not known yet, and so for all pods
const placeholder = `it has ${unknownMarker}, which means a value that is not known yet to Pulumi`;

/** Objects of one namespace, the weakest first. Two that can match the same pod need priorities. */
function addWorkloads(imported: Imported, namespace: string, picked: readonly Picked[]): void {
  const written: { requirements: readonly Requirement[]; priority: number }[] = [];
  for (const one of picked) {
    const settings = nested(withoutConflicts(one, one.name));
    imported.leftAlone.push(...one.leftAlone);
    if (Object.keys(settings).length === 0) continue;
    const below = written.filter(({ requirements }) =>
      labelsPickedBy([...requirements, ...one.requirements]),
    );
    const priority = Math.max(-1, ...below.map((other) => other.priority)) + 1;
    written.push({ requirements: one.requirements, priority });
    imported.workloads[freeName(imported, namespace, one.name)] = {
      namespace,
      selector: one.selector,
      ...(priority > 0 ? { priority } : {}),
      settings,
    };
    imported.taken.push(...notesOf(one));
  }
}

function freeName({ workloads }: Imported, namespace: string, where: string): string {
  const short = where.slice(where.lastIndexOf("/") + 1);
  const candidates = [short, `${namespace}-${short}`];
  for (let at = 2; ; at += 1) {
    const free = candidates.find((name) => !Object.hasOwn(workloads, name));
    if (free !== undefined) return free;
    candidates.push(`${namespace}-${short}-${at}`);
  }
}

/** Takes over annotations with the same value on all workloads of the namespace. If one differs, all workloads keep theirs. */
function fromAnnotations({ name, workloads }: NamespaceInventory, draft: Draft): void {
  const perWorkload = workloads.map(({ annotations }) => inAnnotations(annotations));
  for (const setting of new Set(perWorkload.flat().map((one) => one.setting))) {
    const here = perWorkload.flatMap((all) => all.find((one) => one.setting === setting) ?? []);
    const [first] = here;
    if (!first) continue;
    const same = here.filter(({ read }) => sameRead(setting, read, first.read)).length;
    const where = `${name}: annotation ${first.field}`;
    if (same === workloads.length) put(draft, where, `on all ${same} workloads`, setting, first.read);
    else if (same === here.length)
      draft.leftAlone.push({ where, says: `${same} of ${workloads.length} workloads have it (${setting})` });
    else
      draft.leftAlone.push({
        where,
        says: `${here.length} workloads have it, with different values (${setting})`,
      });
  }
}

/** If two annotations have the same setting, the stronger one. */
function inAnnotations(annotations: Readonly<Record<string, string>>): ForeignSetting[] {
  const { found } = foreignSettings("annotation", annotations);
  const own = readOverrides({ metadata: { annotations }, spec: { containers: [] } });
  return [
    ...found,
    ...[...own].flatMap(([setting, { value, refusal, annotation: field }]): ForeignSetting[] => {
      const read = refusal ?? (value === undefined ? undefined : { value });
      const isKnown = found.some((one) => one.setting === setting);
      return read && field !== undefined && !isKnown ? [{ setting, field, read }] : [];
    }),
  ];
}

function sameRead(setting: string, one: Parsed<SettingValue>, other: Parsed<SettingValue>): boolean {
  if ("value" in one && "value" in other) return meansSame(setting, one.value, other.value);
  return shown(one) === shown(other);
}

function put(draft: Draft, where: string, field: string, setting: string, read: Parsed<SettingValue>): void {
  if (!("value" in read)) {
    draft.leftAlone.push({ where, says: `${field}: ${problemSentence({ path: "", ...read })}` });
    return;
  }
  const before = draft.settings.get(setting)?.value;
  const over =
    before !== undefined && !meansSame(setting, before, read.value) ? `, over ${shown(before)}` : "";
  const note = { where, says: `${field} -> ${setting} ${shown(read.value)}${over}` };
  draft.settings.set(setting, { value: read.value, note });
}

/** A file that `pulumi up` refuses is useless, so settings that contradict each other are left out. */
function withoutConflicts({ settings, leftAlone }: Draft, where: string): CanonicalSettings {
  const values = () => Object.fromEntries([...settings].map(([path, { value }]) => [path, value]));
  for (const problem of conflicts(values())) {
    settings.delete(problem.path);
    leftAlone.push({ where, says: `${problem.path}: ${problemSentence(problem)}` });
  }
  return values();
}

function notesOf({ settings }: Draft): ImportNote[] {
  return [...settings.values()].map(({ note }) => note);
}

function whereOf(namespace: string, { kind, name }: Custom): string {
  return `${namespace}/${kind}/${name}`;
}
