import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { grouped } from "../../data/grouped.js";
import { type Annotations, effectiveAnnotation, orderAnnotation } from "../observe/rolloutAnnotations.js";

/** A workload's place in the rollout: from its annotation, else its namespace's, else 0. */
export function rolloutOrder(
  workload: Pick<ObjectMeta, "annotations">,
  namespace?: Annotations,
): { order: number } | { wrong: string } {
  const annotation = effectiveAnnotation(orderAnnotation, workload, namespace);
  if (!annotation) return { order: 0 };
  const text = annotation.value.trim();
  const order = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(order)) return { order };
  return {
    wrong: `${annotation.by} annotation ${orderAnnotation} is "${annotation.value}"; expected an integer, such as "-1" or "10"`,
  };
}

/** Groups by ascending order; items within a group keep theirs. */
export function inOrder<Item>(items: readonly Item[], orderOf: (item: Item) => number): Item[][] {
  return [...grouped(items, orderOf)].sort(([a], [b]) => a - b).map(([, group]) => group);
}
