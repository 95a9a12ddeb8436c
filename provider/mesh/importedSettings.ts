import {
  type CanonicalSettings,
  declarationFor,
  type NestedSettings,
  nested,
  valueAt,
} from "../settings/canonicalSettings.js";
import { conflicts } from "../settings/conflicts.js";
import type { SettingValue } from "../settings/declarations.js";
import { fixedSettings } from "../settings/fixedSettings.js";
import { isNestedTooDeep, unplainParts } from "../settings/plainData.js";
import { shown } from "../settings/problem.js";
import { asmFields } from "./asmFields.js";
import type { Custom, Inventory, NamespaceInventory } from "./Inventory.js";
import { booleanOf, podSays } from "./podSays.js";

/** A settings file's content made from what a cluster has, and an account of everything that was looked at. */
export interface Imported {
  global?: NestedSettings;
  namespaces: Record<string, NestedSettings>;
  taken: ImportNote[];
  leftAlone: ImportNote[];
}

export interface ImportNote {
  /** `shop/ProxyConfig/default`, `shop: annotation …`. */
  where: string;
  says: string;
}

interface Draft {
  settings: Record<string, SettingValue>;
  taken: ImportNote[];
  leftAlone: ImportNote[];
}

/** Annotations on every workload of a namespace mean the same as the namespace's settings, which a workload's own would still beat. */
export function importedSettings(inventory: Inventory): Imported {
  const imported: Imported = { namespaces: {}, taken: [], leftAlone: [] };
  for (const namespace of inventory.namespaces) {
    const isRoot = namespace.name === inventory.rootNamespace;
    const draft: Draft = { settings: {}, taken: [], leftAlone: [] };
    // the stronger of two wins by coming later: Istio has annotations before ProxyConfig objects
    fromProxyConfigs(namespace, draft);
    fromAsm(namespace, draft);
    if (!isRoot) fromAnnotations(namespace, draft);
    const usable = withoutConflicts(draft, namespace.name);
    const found = nested(usable);
    if (namespace.owner !== undefined && Object.keys(found).length > 0) {
      draft.leftAlone.push({
        where: namespace.name,
        says: `has settings of ${namespace.owner} already: what was found here is not written, add it there`,
      });
    } else if (Object.keys(found).length > 0) {
      if (isRoot) imported.global = found;
      else imported.namespaces[namespace.name] = found;
      imported.taken.push(...draft.taken);
    }
    imported.leftAlone.push(...draft.leftAlone);
  }
  imported.leftAlone.push(...inventory.notes.map((says) => ({ where: "cluster", says })));
  return imported;
}

/** Istio takes the oldest object without selector, and of it variables, concurrency and image. */
function fromProxyConfigs({ name, proxyConfigs }: NamespaceInventory, draft: Draft): void {
  const oldestFirst = [...proxyConfigs].sort((a, b) => (a.created < b.created ? -1 : 1));
  let taken = false;
  for (const config of oldestFirst) {
    const where = `${name}/${config.kind}/${config.name}`;
    if (config.spec.selector !== undefined) {
      draft.leftAlone.push({ where, says: "is for some workloads, by a selector" });
      continue;
    }
    if (taken) {
      draft.leftAlone.push({ where, says: "has no effect: Istio uses the oldest one of a namespace" });
      continue;
    }
    taken = true;
    const { environmentVariables, ...others } = config.spec;
    const variables = mapOf(environmentVariables);
    const known = new Set<string>();
    for (const { declaration, rendering } of fixedSettings) {
      const { path } = declaration;
      if (rendering.to !== "proxyMetadata") continue;
      const values = rendering.names.map((variable) => variables[variable]);
      if (values[0] === undefined || values.some((value) => value !== values[0])) continue;
      for (const variable of rendering.names) known.add(variable);
      put(draft, where, rendering.names.join(" and "), path, booleanOf(values[0]));
    }
    for (const [key, value] of Object.entries(others)) put(draft, where, key, key, value);
    for (const variable of Object.keys(variables).filter((one) => !known.has(one)))
      put(draft, where, `variable ${variable}`, `env.${variable}`, variables[variable]);
  }
}

function fromAsm({ name, asmTemplates }: NamespaceInventory, draft: Draft): void {
  for (const template of asmTemplates) {
    const where = `${name}/${template.kind}/${template.name}`;
    if (isNestedTooDeep(template.spec)) {
      draft.leftAlone.push({ where, says: "is nested deeper than any setting" });
      continue;
    }
    if (hasSelector(template)) {
      draft.leftAlone.push({ where, says: "is for some workloads, by a selector" });
      continue;
    }
    const patches = mapOf(template.spec.configPatches);
    const seen = new Set<string>();
    for (const [field, setting] of Object.entries(asmFields)) {
      const value = valueAt(patches, field.split("."));
      if (value === undefined || value === null) continue;
      seen.add(field);
      put(draft, where, field, setting, value);
    }
    for (const field of leaves(patches).filter((one) => ![...seen].some((known) => within(one, known))))
      draft.leftAlone.push({ where, says: `${field}: no setting says it` });
  }
}

/** What all workloads of the namespace say alike; one that says something else keeps the annotation for all of them. */
function fromAnnotations({ name, workloads }: NamespaceInventory, draft: Draft): void {
  const said = workloads.map(({ annotations }) => podSays(annotations));
  for (const setting of new Set(said.flat().map((one) => one.setting))) {
    const here = said.map((all) => all.find((one) => one.setting === setting));
    const first = here.find((one) => one !== undefined);
    if (!first) continue;
    const count = here.filter((one) => one !== undefined).length;
    const same = here.filter((one) => one !== undefined && shown(one.value) === shown(first.value)).length;
    const where = `${name}: annotation ${first.annotation}`;
    if (same === workloads.length) put(draft, where, `on all ${count} workloads`, setting, first.value);
    else if (same === count)
      draft.leftAlone.push({ where, says: `${count} of ${workloads.length} workloads have it (${setting})` });
    else
      draft.leftAlone.push({ where, says: `${count} workloads have it, with different values (${setting})` });
  }
}

function put(draft: Draft, where: string, field: string, setting: string, value: unknown): void {
  const found = declarationFor(setting);
  const { declaration, name = "" } = found ?? {};
  if (!declaration || (declaration.open && name === "")) {
    draft.leftAlone.push({ where, says: `${field}: no setting says it` });
    return;
  }
  const named = declaration.open?.(name) ?? { value: name };
  const [unplain] = unplainParts(value);
  const read = unplain ?? ("value" in named ? declaration.parse(value) : named);
  if ("value" in read) {
    const before = draft.settings[setting];
    draft.settings[setting] = read.value;
    const over = before !== undefined && shown(before) !== shown(read.value) ? `, over ${shown(before)}` : "";
    draft.taken.push({ where, says: `${field} -> ${setting} ${shown(read.value)}${over}` });
  } else {
    draft.leftAlone.push({
      where,
      says: `${field}: found ${read.found}; wanted ${read.wanted}: ${read.todo}`,
    });
  }
}

/** A file that `pulumi up` refuses helps nobody: of settings that contradict each other none is written. */
function withoutConflicts({ settings, leftAlone }: Draft, namespace: string): CanonicalSettings {
  const problems = conflicts(settings);
  const wrong = new Set(problems.map(({ path }) => path));
  for (const { path, found, todo } of problems)
    leftAlone.push({ where: namespace, says: `${path}: found ${found}: ${todo}` });
  return Object.fromEntries(Object.entries(settings).filter(([path]) => !wrong.has(path)));
}

function hasSelector({ spec }: Custom): boolean {
  return Object.keys(mapOf(mapOf(spec.workloadSelector).labels)).length > 0;
}

function leaves(value: unknown, path = ""): string[] {
  const map = mapOf(value);
  const keys = Object.keys(map);
  if (keys.length === 0) return path === "" || value === null ? [] : [path];
  return keys.flatMap((key) => leaves(map[key], path === "" ? key : `${path}.${key}`));
}

function within(path: string, group: string): boolean {
  return path === group || path.startsWith(`${group}.`);
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
