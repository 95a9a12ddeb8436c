import type { ObjectMeta } from "../../cluster/KubernetesApi.js";

/** Why a selector leaves an object out; undefined when it has every label, or nothing is selected by. */
export function notSelected(
  { labels = {} }: Pick<ObjectMeta, "labels">,
  selector: Readonly<Record<string, string>>,
): string | undefined {
  const entries = Object.entries(selector);
  if (entries.every(([key, value]) => labels[key] === value)) return undefined;
  return `not selected: rollout.selector wants ${entries.map(([key, value]) => `${key}=${value}`).join(", ")}`;
}
