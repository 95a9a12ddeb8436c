import { cappedMap } from "./cappedMap.js";
import { passingReasons } from "./passingReasons.js";
import { putOff } from "./putOff.js";
import { type NamespaceRestarts, namespaceRestarts } from "./restarts.js";
import { isDeleted, isEvicted, type Unmanaged } from "./rollUnmanaged.js";
import type { Restart } from "./runRollout.js";
import { unreadyBefore } from "./unreadyBefore.js";

/** What a preview says of a rollout. */
export interface PlannedRollout {
  /** Of one namespace `Kind/name` -> why; of all, one such map for each namespace that has restarts. */
  restarts: NamespaceRestarts | Record<string, NamespaceRestarts | string>;
  /** What is stale and left alone, with reasons that stay the same from preview to preview. */
  waiting: Record<string, string>;
  /** How many make the resource worth an update: what restarts, and what may have become ready by then. */
  stale: number;
}

const mostNamespaces = 20;
/** The key of the count beside the namespaces: no namespace can have this name. */
export const allNamespaces = "all namespaces";

export function plannedRollout(
  namespace: string | undefined,
  restarts: readonly Restart[],
  unmanaged: readonly Unmanaged[],
  now: number,
): PlannedRollout {
  const waiting: Record<string, string> = {};
  const restarting: Restart[] = [];
  let unready = 0;
  for (const restart of restarts) {
    const { assessment, settings, rollout } = restart;
    const label = namespace === undefined ? `${assessment.namespace}/${assessment.name}` : assessment.name;
    const off = putOff(assessment, settings, rollout, now);
    if (off) waiting[label] = off.lasting;
    else if (assessment.verdict.is === "unknown") {
      waiting[label] = passingReasons.unknown;
      // what could not be learnt now is asked again by the next up
      unready++;
    } else if (assessment.verdict.is !== "stale") continue;
    else if (!rollout.restartUnhealthy && unreadyBefore(assessment.workload, settings.stamp) !== undefined) {
      waiting[label] = passingReasons.unready;
      unready++;
    } else {
      restarting.push(restart);
      if (assessment.verdict.left !== undefined) waiting[label] = assessment.verdict.left;
    }
  }
  const deleted = unmanaged
    .filter((one) => isDeleted(one, now) || isEvicted(one, now))
    .map(({ found }) => found);
  const assessments = restarting.map(({ assessment }) => assessment);
  const stale = restarting.length + deleted.length + unready;
  if (namespace !== undefined)
    return { restarts: namespaceRestarts(assessments, deleted), waiting: cappedMap(waiting), stale };
  const namespaces = [...new Set([...assessments, ...deleted].map((one) => one.namespace))].sort();
  const named = namespaces.slice(0, mostNamespaces).map((name) => {
    const of = <One extends { namespace: string }>(all: readonly One[]) =>
      all.filter((one) => one.namespace === name);
    return [name, namespaceRestarts(of(assessments), of(deleted))] as const;
  });
  const rest = namespaces.length - named.length;
  return {
    restarts: Object.fromEntries([
      ...(rest > 0
        ? [
            [
              allNamespaces,
              `${assessments.length} workloads in ${namespaces.length} namespaces; the first ${mostNamespaces}:`,
            ],
          ]
        : []),
      ...named,
    ]),
    waiting: cappedMap(waiting),
    stale,
  };
}
