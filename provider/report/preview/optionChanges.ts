import { canonicalJson } from "../../data/canonicalJson.js";
import { recordOf } from "../../data/isRecord.js";
import { textOf } from "../../data/problem.js";
import { containsUnknown } from "../../data/unknown.js";
import { rolloutOptionNames } from "../../levels/RolloutOptions.js";
import { parseSelector, selectorText } from "../../levels/selector.js";
import { levelOf, onlyLater, type Step, targetOf } from "./PreviewStep.js";

/** What changes of layers besides their settings: `selector app=a -> app=b: workload shop/api`. Each change once, then all who have it. */
export function optionChanges(layers: readonly Step[]): string[] {
  const targets = new Map<string, string[]>();
  for (const step of layers)
    for (const change of changesOf(step)) targets.set(change, [...(targets.get(change) ?? []), nameOf(step)]);
  return [...targets].map(([change, names]) => `${change}: ${names.join(", ")}`);
}

function changesOf({ oldState, newState }: Step): string[] {
  const [before, after] = [oldState?.inputs, newState?.inputs];
  if (!before || !after) return [];
  const [from, to] = [recordOf(before.rollout), recordOf(after.rollout)];
  const pairs = [
    ["selector", pickedBy(before.selector), pickedBy(after.selector)],
    ["priority", before.priority, after.priority],
    ...rolloutOptionNames.map((name) => [`rollout.${name}`, from[name], to[name]] as const),
  ] as const;
  return pairs
    .filter(([, one, other]) => canonicalJson([one]) !== canonicalJson([other]))
    .map(([name, one, other]) => `${name} ${valueText(one)} -> ${valueText(other)}`);
}

function pickedBy(selector: unknown): unknown {
  if (selector === undefined || containsUnknown(selector)) return selector;
  const { value, problems } = parseSelector(selector);
  return problems.length > 0 ? selector : selectorText(value);
}

function valueText(value: unknown): string {
  if (value === undefined) return "not set";
  return containsUnknown(value) ? onlyLater : textOf(value);
}

function nameOf({ urn, newState }: Step): string {
  const level = levelOf(urn);
  const target = targetOf(urn, level, newState?.inputs ?? {});
  return target === "" ? "all namespaces" : `${level} ${target}`;
}
