import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { type Annotations, orderAnnotation, saidOf } from "../observe/rolloutAnnotations.js";

/** The place of a workload in a rollout: of its annotation, else its namespace's, else 0. */
export function rolloutOrder(
  workload: Pick<ObjectMeta, "annotations">,
  namespace?: Annotations,
): { order: number } | { wrong: string } {
  const said = saidOf(orderAnnotation, workload, namespace);
  if (!said) return { order: 0 };
  const text = said.value.trim();
  const order = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(order)) return { order };
  return {
    wrong: `${said.by} annotation ${orderAnnotation} is "${said.value}"; wanted an integer, such as "-1" or "10"`,
  };
}

/** Groups that follow each other, smallest order first; within a group the order stays as it was. */
export function inOrder<Item>(items: readonly Item[], orderOf: (item: Item) => number): Item[][] {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const order = orderOf(item);
    groups.set(order, [...(groups.get(order) ?? []), item]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
