import type { Assessment } from "./assess.js";
import { restartSentence } from "./differences.js";
import type { UnmanagedPods } from "./unmanagedPods.js";

/** How many workloads of one namespace are named; the others are counted. */
const mostNamed = 20;

/** `Kind/name` -> why it restarts; what a preview shows. */
export type NamespaceRestarts = Record<string, string>;

/** Counts first where there are many, then the first of them by name, so that a large namespace stays readable. */
export function namespaceRestarts(
  assessments: readonly Assessment[],
  deleted: readonly UnmanagedPods[] = [],
): NamespaceRestarts {
  const restarting = assessments.flatMap(({ name, verdict }) =>
    verdict.is === "stale"
      ? [[name, restartSentence(verdict.stalePods, verdict.differences), verdict.stalePods] as const]
      : [],
  );
  const stale = [
    ...restarting,
    ...deleted.map(({ name, pods, bare }) => {
      const why = bare ? "will be deleted; no controller recreates it" : `${pods} pods: evicted one by one`;
      return [name, why, pods] as const;
    }),
  ];
  const named = stale.slice(0, mostNamed).map(([name, sentence]) => [name, sentence] as const);
  if (stale.length <= mostNamed) return Object.fromEntries(named);
  const pods = stale.reduce((sum, [, , count]) => sum + count, 0);
  return Object.fromEntries([
    ["total", `${stale.length} workloads, ${pods} pods; the first ${mostNamed}:`],
    ...named,
  ]);
}
