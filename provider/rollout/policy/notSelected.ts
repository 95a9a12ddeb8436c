import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { type LabelSelector, parseSelector, selectorText, selects } from "../../levels/selector.js";

/** Why a selector doesn't match an object; undefined if it does, or is empty. */
export function notSelected(
  { labels = {} }: Pick<ObjectMeta, "labels">,
  selector: LabelSelector,
): string | undefined {
  const { value: conditions } = parseSelector(selector);
  if (selects(conditions, labels)) return undefined;
  return `not selected: rollout.selector wants ${selectorText(conditions)}`;
}
