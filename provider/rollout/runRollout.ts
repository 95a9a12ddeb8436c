import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Assessment, NamespaceSettings } from "./assess.js";
import { type Durations, durationsOf } from "./durations.js";
import { putOff } from "./putOff.js";
import { milliseconds, type Rollout } from "./RolloutOptions.js";
import { restartWorkload } from "./restartWorkload.js";
import { inOrder, rolloutOrder } from "./rolloutOrder.js";

export { restartAnnotation } from "./restartAnnotation.js";

/** How many workloads that are left alone are told in lines of their own. */
export const mostTold = 20;

export interface RolloutDependencies {
  api: KubernetesApi;
  report: (line: string) => void;
  /** The wall clock, for maintenance windows. */
  now: () => number;
  /** Time that only passes, for deadlines: the wall clock may be set at any time. */
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
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
  /** `namespace/Kind/name` -> pods with earlier settings that no restart replaces, and why; left out where there are none. */
  unmanaged?: Record<string, string>;
  /** Bare pods that were deleted; left out where none were. */
  deleted?: number;
  /** Left out where nothing was restarted. */
  durations?: Durations;
  /** After a failure, with `onFailure: "rollback"`; left out without one. */
  putBack?: { settings: string; restarted: number };
}

export interface Restart {
  assessment: Assessment;
  settings: NamespaceSettings;
  /** Undoes a restart of ours, also of a workload that never got a pod of its new template, or is not ready since. */
  undoes?: boolean;
}

/**
 * Replaces the pods of stale workloads, at most `maxConcurrent` workloads at once, smaller orders first, and waits for each. Never
 * throws for a workload that fails.
 */
export async function runRollout(
  restarts: readonly Restart[],
  rollout: Rollout,
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const { report, now, elapsed, sleep } = dependencies;
  const summary: RolloutSummary = {
    restarted: 0,
    current: 0,
    masked: 0,
    waiting: {},
    failed: {},
    notStarted: 0,
  };
  const begun: Restart[] = [];
  let putOffs = 0;
  for (const restart of restarts) {
    const { assessment, settings } = restart;
    const { verdict } = assessment;
    const off = putOff(assessment, settings, rollout, now());
    if (off) {
      summary.waiting[label(assessment)] = off.why;
      if (rollout.strategy !== "none" && ++putOffs <= mostTold)
        report(`[${assessment.namespace}] put off ${assessment.name}: ${off.why}`);
    } else if (verdict.is === "stale" || restart.undoes) begun.push(restart);
    else if (verdict.is === "current" || verdict.is === "masked") summary[verdict.is]++;
  }
  if (putOffs > mostTold) report(`put off ${putOffs - mostTold} more`);
  const total = begun.length;
  const groups = inOrder(begun, orderOf);
  const took = new Map<string, number>();
  const begin = elapsed();
  let finished = 0;
  let stopped = false;
  const worker = async (queue: Restart[]): Promise<void> => {
    for (let restart = queue.shift(); restart; restart = queue.shift()) {
      const { assessment } = restart;
      const started = elapsed();
      const outcome = await restartWorkload(restart, rollout, dependencies);
      finished++;
      const seconds = Math.round((elapsed() - started) / 1000);
      const progress = `[${assessment.namespace}] ${finished}/${total}`;
      if (outcome === "current") {
        summary.current++;
        report(`${progress} ${assessment.name} has the settings by now`);
      } else if (outcome === "done") {
        summary.restarted++;
        took.set(label(assessment), elapsed() - started);
        if (assessment.verdict.is === "stale" && assessment.verdict.left !== undefined)
          summary.waiting[label(assessment)] = assessment.verdict.left;
        report(
          `${progress} restarted ${assessment.name}${restart.undoes ? " back" : ""} (${podCount(assessment.pods)}, ${seconds} s)`,
        );
      } else if ("waiting" in outcome) {
        summary.waiting[label(assessment)] = outcome.waiting;
        report(`${progress} put off ${assessment.name}: ${outcome.waiting}`);
      } else {
        summary.failed[label(assessment)] = outcome.failed;
        report(`${progress} failed ${assessment.name} after ${seconds} s: ${outcome.failed}`);
        if (rollout.onFailure !== "continue") stopped = true;
      }
      if (stopped) {
        summary.notStarted += queue.length;
        queue.length = 0;
      }
      if (queue.length > 0 && rollout.pauseBetween !== "0s") await sleep(milliseconds(rollout.pauseBetween));
    }
  };
  for (const [at, group] of groups.entries()) {
    if (stopped) {
      summary.notStarted += group.length;
      continue;
    }
    if (at > 0 && rollout.pauseBetween !== "0s") await sleep(milliseconds(rollout.pauseBetween));
    await Promise.all(
      Array.from({ length: Math.min(rollout.maxConcurrent, group.length) }, () => worker(group)),
    );
  }
  const durations = durationsOf(took, elapsed() - begin);
  return durations ? { ...summary, durations } : summary;
}

function orderOf({ assessment, settings }: Restart): number {
  const read = rolloutOrder(assessment.workload.metadata, settings.annotations);
  return "order" in read ? read.order : 0;
}

function label({ namespace, name }: Assessment): string {
  return `${namespace}/${name}`;
}

function podCount(pods: number): string {
  return `${pods} ${pods === 1 ? "pod" : "pods"}`;
}
