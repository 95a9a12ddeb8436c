import { count } from "../../data/count.js";
import { milliseconds } from "../../levels/RolloutOptions.js";
import type { Assessment } from "../observe/Assessment.js";
import type { Restart } from "../plan/Restart.js";
import { reportCapped } from "../plan/reportCapped.js";
import { inOrder, rolloutOrder } from "../policy/rolloutOrder.js";
import { skipReason } from "../policy/skipReason.js";
import { durationsOf } from "./durations.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";
import type { RolloutSummary } from "./RolloutSummary.js";
import { restartWorkload } from "./restartWorkload.js";
import { withinBounds } from "./withinBounds.js";

/**
 * Restarts stale workloads and waits for each, smaller orders first, as many at once as each level allows. Never throws for a workload that
 * fails.
 */
export async function runRollout(
  restarts: readonly Restart[],
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const { report, now, elapsed, sleep, isCancelled } = dependencies;
  const summary: RolloutSummary = {
    restarted: 0,
    current: 0,
    masked: 0,
    waiting: {},
    failed: {},
    notStarted: 0,
  };
  const toRestart: Restart[] = [];
  const waiting: string[] = [];
  for (const restart of restarts) {
    const { assessment, settings, rollout } = restart;
    const { verdict } = assessment;
    const skip = skipReason(assessment, settings, rollout, now());
    if (skip) {
      summary.waiting[label(assessment)] = skip.why;
      if (rollout.strategy !== "none")
        waiting.push(`[${assessment.namespace}] ${assessment.name} is waiting: ${skip.why}`);
    } else if (verdict.is === "unknown" && !restart.isRollback) {
      summary.failed[label(assessment)] = verdict.why;
      report(`[${assessment.namespace}] failed ${assessment.name}: ${verdict.why}`);
    } else if (verdict.is === "stale" || restart.isRollback) toRestart.push(restart);
    else if (verdict.is === "current" || verdict.is === "masked") summary[verdict.is]++;
  }
  reportCapped(waiting, (more) => `${more} more are waiting`, report);
  const total = toRestart.length;
  const took = new Map<string, number>();
  const begin = elapsed();
  let finished = 0;
  let stopped = false;
  const isStopped = () => stopped || isCancelled();
  const work = async (restart: Restart, left: () => number): Promise<void> => {
    const { assessment, rollout } = restart;
    const started = elapsed();
    const outcome = await restartWorkload(restart, { ...dependencies, isCancelled: isStopped });
    if (outcome === "not started") {
      summary.notStarted++;
      return;
    }
    finished++;
    const seconds = Math.round((elapsed() - started) / 1000);
    const progress = `[${assessment.namespace}] ${finished}/${total}`;
    if (outcome === "current") {
      summary.current++;
      report(`${progress} ${assessment.name} is already up to date`);
    } else if (outcome === "gone") {
      summary.gone = (summary.gone ?? 0) + 1;
      report(`${progress} ${assessment.name} is gone: nothing to do`);
    } else if (outcome === "done" || "overruled" in outcome) {
      summary.restarted++;
      took.set(label(assessment), elapsed() - started);
      const { verdict } = assessment;
      const left = verdict.is === "stale" ? verdict.left : undefined;
      if (left !== undefined) summary.waiting[label(assessment)] = left;
      const pods = verdict.is === "stale" && left !== undefined ? verdict.stalePods : assessment.pods;
      const what = restart.isRollback ? "rolled back" : "restarted";
      report(`${progress} ${what} ${assessment.name} (${count(pods, "pod")}, ${seconds} s)`);
      if (outcome !== "done") {
        summary.overruled = { ...summary.overruled, [label(assessment)]: outcome.overruled };
        report(`[${assessment.namespace}] ${assessment.name}: ${outcome.overruled}`);
      }
    } else if ("skipped" in outcome) {
      summary.waiting[label(assessment)] = outcome.skipped;
      report(`${progress} ${assessment.name} is waiting: ${outcome.skipped}`);
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
  for (const group of inOrder(toRestart, orderOf)) {
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
