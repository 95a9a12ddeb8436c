import { count } from "../../data/count.js";
import { grouped } from "../../data/grouped.js";
import { differencesText } from "../../pod/differences.js";
import { unmanagedSentence } from "../observe/unmanagedPods.js";
import { skipReason } from "../policy/skipReason.js";
import { replacementOf, type Unmanaged } from "../policy/Unmanaged.js";
import { unreadyBefore } from "../policy/unreadyBefore.js";
import { cappedMap } from "./cappedMap.js";
import type { Restart } from "./Restart.js";
import { type PlannedRestart, type RestartsByReason, restartsByReason } from "./restarts.js";
import { transientReasons } from "./transientReasons.js";

/** A rollout as a preview shows it. */
export interface PlannedRollout {
  /** By reason, then by `Kind/name` for one namespace or `namespace/Kind/name` for all. */
  restarts: RestartsByReason;
  /** How many restart, in one line; left out if none do. */
  count?: string;
  /** Stale workloads that are not restarted now, with reasons that don't change between previews. */
  waiting: Record<string, string>;
  /** Unmanaged pods that keep earlier settings since no restart replaces them: one line each. */
  kept: string[];
  /** How many workloads justify an update of the resource: those that restart, and those that may have become ready by then. */
  stale: number;
}

type PlacedRestart = PlannedRestart & { namespace: string };

export function plannedRollout(
  namespace: string | undefined,
  restarts: readonly Restart[],
  unmanaged: readonly Unmanaged[],
  now: number,
): PlannedRollout {
  const label = ({ namespace: at, name }: { namespace: string; name: string }) =>
    namespace === undefined ? `${at}/${name}` : name;
  const waiting: Record<string, string> = {};
  const planned: PlacedRestart[] = [];
  let unready = 0;
  for (const restart of restarts) {
    const { assessment, settings, rollout } = restart;
    const { namespace: at, verdict } = assessment;
    const name = label(assessment);
    const skip = skipReason(assessment, settings, rollout, now);
    if (skip) waiting[name] = skip.lasting;
    else if (verdict.is === "unknown") {
      waiting[name] = transientReasons.unknown;
      // the next `up` asks again
      unready++;
    } else if (verdict.is !== "stale") continue;
    else if (!rollout.restartUnhealthy && unreadyBefore(assessment.workload, settings.stamp) !== undefined) {
      waiting[name] = transientReasons.unready;
      unready++;
    } else {
      const why = differencesText(verdict.differences);
      planned.push({ namespace: at, name, pods: verdict.stalePods, why });
      if (verdict.left !== undefined) waiting[name] = verdict.left;
    }
  }
  const kept: string[] = [];
  for (const one of unmanaged) {
    const { found } = one;
    const { namespace: at, pods } = found;
    const replacement = replacementOf(one, now);
    if (replacement === undefined)
      kept.push(`[${at}] ${found.name} is unmanaged: ${unmanagedSentence(found)}`);
    else planned.push({ namespace: at, name: label(found), pods, why: replacementTexts[replacement] });
  }
  return {
    restarts: restartsByReason(planned),
    waiting: cappedMap(waiting),
    kept,
    stale: planned.length + unready,
    ...(planned.length > 0 ? { count: countsText(planned, namespace === undefined) } : {}),
  };
}

const replacementTexts = {
  deleted: "will be deleted; no controller recreates it",
  evicted: "evicted one by one",
} as const;

const mostCounted = 10;

/** `27 workloads (48 pods) restart: shop 6, payments 4, 3 more namespaces`. */
function countsText(planned: readonly PlacedRestart[], byNamespace: boolean): string {
  const ordered = [...grouped(planned, ({ namespace }) => namespace)].sort(
    ([a, its], [b, others]) => others.length - its.length || (a < b ? -1 : 1),
  );
  const rest = ordered.length - mostCounted;
  const parts = [
    ...ordered.slice(0, mostCounted).map(([namespace, all]) => `${namespace} ${all.length}`),
    ...(rest > 0 ? [count(rest, "more namespace")] : []),
  ];
  const pods = count(
    planned.reduce((sum, one) => sum + one.pods, 0),
    "pod",
  );
  const all = `${count(planned.length, "workload")} (${pods}) ${planned.length === 1 ? "restarts" : "restart"}`;
  return byNamespace ? `${all}: ${parts.join(", ")}` : all;
}
