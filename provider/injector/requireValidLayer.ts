import { canonicalJson } from "../data/canonicalJson.js";
import { grouped } from "../data/grouped.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { listText } from "../data/listText.js";
import { type Problem, SettingsError } from "../data/problem.js";
import { effectiveValues } from "../levels/effectiveSettings.js";
import { globalTarget, isWorkloadTarget, type Layers, layerAt, namespaceOf } from "../levels/Layer.js";
import { layersFor, workloadLayers } from "../levels/layersReaching.js";
import { effectiveOf } from "../levels/Profile.js";
import { labelsPickedBy, selectorText } from "../levels/selector.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { resourceConflicts } from "../settings/conflicts.js";
import { targetName } from "./targetName.js";

/** Throws if the layer (or removing it) would conflict with the other layers or with Istio's installed values. */
export function requireValidLayer(target: string, layers: Layers, installed: CanonicalSettings): void {
  requireOneOrder(target, layers);
  requireValidPods(target, layers, installed);
}

/** Two workload layers of one priority that pick the same pod: neither would win. */
function requireOneOrder(target: string, layers: Layers): void {
  const picks = layerAt(layers, target)?.picks;
  if (!picks) return;
  for (const other of workloadLayers(layers, namespaceOf(target) ?? "")) {
    if (other.target === target || other.picks.priority !== picks.priority) continue;
    const both = labelsPickedBy([...picks.selector, ...other.picks.selector]);
    if (!both) continue;
    const labels = Object.entries(both).map(([key, value]) => `${key}=${value}`);
    throw new InjectorRefusal(
      `${targetName(target)} (${selectorText(picks.selector)}) and ${targetName(other.target)} (${selectorText(other.picks.selector)}, of ${other.owner}) ` +
        `both have priority ${picks.priority}, and a pod with ${labels.join(",") || "no labels"} is picked by both: give one of them another priority, or selectors that exclude each other`,
    );
  }
}

/** Where layers merge: a namespace's pods, and the pods of each of its workload layers. */
function* meetings(namespace: string, layers: Layers): Generator<Readonly<Record<string, string>>> {
  yield {};
  for (const { picks } of workloadLayers(layers, namespace)) yield labelsPickedBy(picks.selector) ?? {};
}

// a request and its limit may come from two levels, so only the merged result can be checked
function requireValidPods(target: string, layers: Layers, installed: CanonicalSettings): void {
  if (!layerAt(layers, target) && target !== globalTarget) return;
  const reached =
    target === globalTarget
      ? [undefined, ...new Set(Object.keys(layers).flatMap((name) => namespaceOf(name) ?? []))]
      : [namespaceOf(target)];
  const found = reached.flatMap((namespace) =>
    [...meetings(namespace ?? "", layers)].flatMap((labels) => {
      const merged = effectiveOf({ installed, ...layersFor(layers, namespace ?? "", labels) });
      const pairs = Object.entries(labels).map((pair) => pair.join("="));
      const where = [
        ...(namespace && target === globalTarget ? [`in namespace ${namespace}`] : []),
        ...(pairs.length > 0 && !isWorkloadTarget(target) ? [`for pods with ${pairs.join(",")}`] : []),
      ];
      return resourceConflicts(effectiveValues(merged)).map((problem) => ({
        problem,
        from: kindsWithSources(problem.path, merged),
        where: where.join(", "),
      }));
    }),
  );
  const problems = [...grouped(found, canonicalProblem).values()].map((same) => {
    const [{ problem, from }] = same;
    const places = same.map(({ where }) => where).filter((where) => where !== "");
    const where = places.length > 0 ? [listText(places, mostPlaces, "; ")] : [];
    return { ...problem, todo: `${problem.todo} (${[from, ...where].join(", ")})` };
  });
  if (problems.length > 0)
    throw new SettingsError(`${targetName(target)}, merged with the weaker levels`, problems);
}

function canonicalProblem({ problem, from }: { problem: Problem; from: string }): string {
  return canonicalJson({ problem, from });
}

const mostPlaces = 5;

function kindsWithSources(path: string, merged: Record<string, { source: string }>): string {
  return ["requests", "limits"]
    .map((kind) => {
      const own = path.replace(".requests.", `.${kind}.`);
      const from = merged[own] ?? merged[own.replace("initResources", "proxyResources")];
      return `${kind.slice(0, -1)} from ${from?.source ?? "nowhere"}`;
    })
    .join(", ");
}
