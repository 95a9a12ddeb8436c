import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { PodTemplate } from "../cluster/podTemplate.js";
import { milliseconds } from "../levels/RolloutOptions.js";
import type { ReachingRollout } from "../render/rolloutReaching.js";
import type { Assessment, NamespaceSettings } from "./assess.js";
import { podsText } from "./differences.js";
import { type Durations, durationsOf } from "./durations.js";
import { restartWorkload } from "./restartWorkload.js";
import { inOrder, rolloutOrder } from "./rolloutOrder.js";
import { skipReason } from "./skipReason.js";
import { withinBounds } from "./withinBounds.js";

export { restartAnnotation } from "./restartAnnotation.js";

/** How many workloads that are left alone get a line of their own. */
export const mostTold = 20;

export interface RolloutDependencies {
  api: KubernetesApi;
  report: (line: string) => void;
  /** The wall clock, for maintenance windows. */
  now: () => number;
  /** Time that only passes, for deadlines: the wall clock may be set at any time. */
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** Whether nothing more is to be begun. Default: never. */
  isCancelled?: () => boolean;
  /** The istiod replicas that give a pod other settings than this stamp, where they can be asked. */
  replicasBehind?: (
    namespace: string,
    pod: PodTemplate,
    stamp: string | undefined,
  ) => Promise<readonly string[]>;
}

export interface RolloutSummary {
  restarted: number;
  /** Workloads that need no restart: they have the settings, or their own annotations win. */
  current: number;
  masked: number;
  /** `namespace/Kind/name` -> why it was left alone, though it is stale. */
  waiting: Record<string, string>;
  /** `namespace/Kind/name` -> the reason, its pods' own where they have one. */
  failed: Record<string, string>;
  /** Stale workloads that were not begun, since another one failed. */
  notStarted: number;
  /** `namespace/Kind/name` -> what its settings promise and its new pods don't show; left out where there is none. */
  overruled?: Record<string, string>;
  /** Workloads that somebody deleted meanwhile; left out where there are none. */
  gone?: number;
  /** `namespace/Kind/name` -> pods with earlier settings that no restart replaces, and why; left out where there are none. */
  unmanaged?: Record<string, string>;
  /** Bare pods that were deleted; left out where none were. */
  deleted?: number;
  /** Left out where nothing was restarted. */
  durations?: Durations;
  /** After a failure, with `onFailure: "rollback"`; left out without one. */
  putBack?: { settings: string; restarted: number };
  /** Somebody cancelled the update before all was begun. For the caller, not for the state. */
  cancelled?: true;
  /** Settings made a workload fail whose options ask for a rollback. For the caller, not for the state. */
  rollsBack?: true;
}

export interface Restart {
  assessment: Assessment;
  settings: NamespaceSettings;
  /** The options that hold for this workload. */
  rollout: ReachingRollout;
  /** Undoes a restart of ours, also of a workload that never got a pod of its new template, or is not ready since. */
  isRollback?: boolean;
}

/**
 * Replaces the pods of stale workloads, as many workloads at once as each level allows, smaller orders first, and waits for each. Never
 * throws for a workload that fails.
 */
export async function runRollout(
  restarts: readonly Restart[],
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const { report, now, elapsed, sleep, isCancelled = () => false } = dependencies;
  const summary: RolloutSummary = {
    restarted: 0,
    current: 0,
    masked: 0,
    waiting: {},
    failed: {},
    notStarted: 0,
  };
  const begun: Restart[] = [];
  let skipped = 0;
  for (const restart of restarts) {
    const { assessment, settings, rollout } = restart;
    const { verdict } = assessment;
    const off = skipReason(assessment, settings, rollout, now());
    if (off) {
      summary.waiting[label(assessment)] = off.why;
      if (rollout.strategy !== "none" && ++skipped <= mostTold)
        report(`[${assessment.namespace}] skipped ${assessment.name}: ${off.why}`);
    } else if (verdict.is === "unknown" && !restart.isRollback) {
      summary.failed[label(assessment)] = verdict.why;
      report(`[${assessment.namespace}] failed ${assessment.name}: ${verdict.why}`);
    } else if (verdict.is === "stale" || restart.isRollback) begun.push(restart);
    else if (verdict.is === "current" || verdict.is === "masked") summary[verdict.is]++;
  }
  if (skipped > mostTold) report(`skipped ${skipped - mostTold} more`);
  const total = begun.length;
  const took = new Map<string, number>();
  const begin = elapsed();
  let finished = 0;
  let stopped = false;
  const isStopped = () => stopped || isCancelled();
  const work = async (restart: Restart, left: () => number): Promise<void> => {
    const { assessment, rollout } = restart;
    const started = elapsed();
    const outcome = await restartWorkload(restart, dependencies);
    finished++;
    const seconds = Math.round((elapsed() - started) / 1000);
    const progress = `[${assessment.namespace}] ${finished}/${total}`;
    if (outcome === "current") {
      summary.current++;
      report(`${progress} ${assessment.name} is already up to date`);
    } else if (outcome === "gone") {
      summary.gone = (summary.gone ?? 0) + 1;
      report(`${progress} ${assessment.name} is gone: nothing to do`);
    } else if (outcome === "done" || "done" in outcome) {
      summary.restarted++;
      took.set(label(assessment), elapsed() - started);
      if (assessment.verdict.is === "stale" && assessment.verdict.left !== undefined)
        summary.waiting[label(assessment)] = assessment.verdict.left;
      const what = restart.isRollback ? "rolled back" : "restarted";
      report(`${progress} ${what} ${assessment.name} (${podsText(assessment.pods)}, ${seconds} s)`);
      if (outcome !== "done") {
        summary.overruled = { ...summary.overruled, [label(assessment)]: outcome.done.overruled };
        report(`[${assessment.namespace}] ${assessment.name}: ${outcome.done.overruled}`);
      }
    } else if ("skipped" in outcome) {
      summary.waiting[label(assessment)] = outcome.skipped;
      report(`${progress} skipped ${assessment.name}: ${outcome.skipped}`);
    } else {
      summary.failed[label(assessment)] = outcome.failed;
      report(`${progress} failed ${assessment.name} after ${seconds} s: ${outcome.failed}`);
      if (rollout.onFailure !== "continue" && outcome.cause !== "undone") stopped = true;
      if (rollout.onFailure === "rollback" && outcome.cause === "settings") summary.rollsBack = true;
    }
    if (!isStopped() && left() > 0) await pause(rollout.pauseBetween);
  };
  const pause = async (duration: string) => {
    if (duration !== "0s") await sleep(milliseconds(duration));
  };
  let before: readonly Restart[] = [];
  for (const group of inOrder(begun, orderOf)) {
    if (!isStopped() && before.length > 0) await pause(longestPause(before));
    const notBegun = await withinBounds(group, ({ rollout }) => rollout.bounds, work, isStopped);
    summary.notStarted += notBegun.length;
    before = group;
  }
  if (isCancelled() && summary.notStarted > 0) {
    summary.cancelled = true;
    report(`cancelled: ${summary.notStarted} restarts were not started`);
  }
  const durations = durationsOf(took, elapsed() - begin);
  return durations ? { ...summary, durations } : summary;
}

function longestPause(restarts: readonly Restart[]): string {
  return restarts
    .map(({ rollout }) => rollout.pauseBetween)
    .reduce((a, b) => (milliseconds(a) >= milliseconds(b) ? a : b));
}

function orderOf({ assessment, settings }: Restart): number {
  const read = rolloutOrder(assessment.workload.metadata, settings.annotations);
  return "order" in read ? read.order : 0;
}

function label({ namespace, name }: Assessment): string {
  return `${namespace}/${name}`;
}
