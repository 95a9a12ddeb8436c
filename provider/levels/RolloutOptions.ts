import { z } from "zod";
import { isRecord } from "../data/isRecord.js";
import { problemSentence } from "../data/problem.js";
import { parseSeconds, secondsOf } from "../settings/duration.js";
import { asLabelSelector, type LabelSelector, parseSelector } from "./selector.js";

/**
 * How workloads whose sidecar changes are restarted. Merged per option, as settings are: a workload's options win over its namespace's,
 * those over the global ones, whichever level, program or stack has changed.
 */
export interface RolloutOptions {
  /**
   * `restart`: an annotation on the pod template, as `kubectl rollout restart` does, so that the workload's own update
   * strategy holds. `evict`: one stale pod after the other through the Eviction API, as `kubectl drain` does, so that
   * PodDisruptionBudgets hold; specs stay as they are, and owners with updateStrategy OnDelete are reached too. `none`:
   * nothing is restarted; pods take up the settings when they are next created.
   * Default: restart. Settings only take effect in new pods, and a restart respects the workload's own update strategy.
   */
  strategy?: "restart" | "evict" | "none";
  /**
   * How many workloads of this level restart at once; each level's number holds for its own workloads. Default: 3 for those that no
   * level says a number for, so that a mistake meets few workloads.
   */
  maxConcurrent?: number;
  /** How long to wait after each workload before the next one starts. Default: 0s. */
  pauseBetween?: string;
  /** How long a workload may take. Default: 10m, the progress deadline of a Deployment. */
  timeoutPerWorkload?: string;
  /**
   * After a workload fails. `stop`: no more are begun; the next `up` goes on. `continue`: the others restart all the same.
   * `rollback`: stops, puts the settings back to those of the last successful rollout, and restarts what this change had restarted; the
   * next `up` tries again. Failures that settings can't cause stop and roll back nothing. Default: stop, so that nobody's second workload
   * breaks in the same way.
   */
  onFailure?: "stop" | "continue" | "rollback";
  /**
   * What else counts as a difference. `image`: the images of istio-proxy and istio-init too, so that an upgrade of Istio is rolled
   * out. Default: nothing, since settings change no image, and restarts for an upgrade should be asked for.
   */
  restartOn?: "image"[];
  /** Labels of workloads that are restarted; the others are reported as waiting. Default: every workload. */
  selector?: LabelSelector;
  /**
   * Whether workloads that are not ready are restarted too. Default: false: a restart would add to their trouble, fail, and
   * be blamed for it. They are reported as waiting, and looked at again by the next `up`.
   */
  restartUnhealthy?: boolean;
  /**
   * Whether pods that no controller owns are deleted when they have the sidecar of earlier settings. No controller recreates them.
   * Default: false, since they would be gone.
   */
  deleteBarePods?: boolean;
}

/** The options with their defaults, durations in canonical form. */
export interface Rollout {
  strategy: "restart" | "evict" | "none";
  maxConcurrent: number;
  pauseBetween: string;
  timeoutPerWorkload: string;
  onFailure: "stop" | "continue" | "rollback";
  restartOn: "image"[];
  /** In canonical form; empty for every workload. */
  selector: LabelSelector;
  restartUnhealthy: boolean;
  deleteBarePods: boolean;
}

const duration = (fallback: string, none: boolean) =>
  z.unknown().transform((value, context) => {
    if (value === undefined) return fallback;
    if (none && (value === 0 || value === "0s" || value === "0")) return "0s";
    const read = parseSeconds(value);
    if ("value" in read) return read.value;
    context.issues.push({
      code: "custom",
      message: problemSentence({ path: "", ...read }),
      input: value,
    });
    return z.NEVER;
  });

const labelSelector = z.unknown().transform((value, context): LabelSelector => {
  if (value === undefined || (isRecord(value) && Object.keys(value).length === 0)) return {};
  const { selector, problems } = parseSelector(value);
  for (const { path, got, expected, todo } of problems)
    context.issues.push({
      code: "custom",
      message: problemSentence({ path, got, expected, todo }),
      path: path.split(".").slice(1),
      input: value,
    });
  return problems.length > 0 ? z.NEVER : asLabelSelector(selector);
});

export const Rollout = z.strictObject({
  strategy: z.enum(["restart", "evict", "none"]).default("restart"),
  maxConcurrent: z.int().min(1).max(1000).default(3),
  pauseBetween: duration("0s", true)
    .optional()
    .transform((value) => value ?? "0s"),
  timeoutPerWorkload: duration("600s", false)
    .optional()
    .transform((value) => value ?? "600s"),
  onFailure: z.enum(["stop", "continue", "rollback"]).default("stop"),
  restartOn: z.array(z.enum(["image"])).default([]),
  selector: labelSelector.optional().transform((value) => value ?? {}),
  restartUnhealthy: z.boolean().default(false),
  deleteBarePods: z.boolean().default(false),
});

/** The one list of the options' names: what a component hands to its rollout, and what a rollout reads. */
export const rolloutOptionNames = Object.keys(Rollout.shape) as readonly (keyof RolloutOptions)[];

export function milliseconds(duration: string): number {
  return secondsOf(duration) * 1000;
}
