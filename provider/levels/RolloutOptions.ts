import { z } from "zod";
import { isRecord } from "../data/isRecord.js";
import type { Properties } from "../data/Properties.js";
import { problemSentence } from "../data/problem.js";
import { parseSeconds, secondsOf } from "../settings/duration.js";
import { asLabelSelector, type LabelSelector, parseSelector } from "./selector.js";

/**
 * How workloads whose sidecar changes are restarted. Merged per option, like settings: a workload's options win over its namespace's,
 * and those over the global ones, no matter which level, program or stack has changed.
 */
export interface RolloutOptions {
  /**
   * `restart`: sets an annotation on the pod template, like `kubectl rollout restart`, so the workload's own update strategy
   * applies. `evict`: evicts stale pods one at a time, like `kubectl drain`, so PodDisruptionBudgets apply; this leaves specs
   * unchanged, and also works for owners with updateStrategy OnDelete. `none`: restarts nothing; pods get the settings when
   * they are next created.
   * Default: restart, since settings only take effect in new pods, and a restart respects the workload's own update strategy.
   */
  strategy?: "restart" | "evict" | "none";
  /**
   * How many workloads of this level restart at once; each level's number applies to its own workloads. Default: 3 if no level
   * sets it, so that a mistake affects few workloads.
   */
  maxConcurrent?: number;
  /** How long to wait after each workload before the next one starts. Default: 0s. */
  pauseBetween?: string;
  /**
   * How long a workload may go without progress: without a further pod that is replaced and ready. Default: 10m, the progress deadline of a
   * Deployment.
   */
  timeoutPerWorkload?: string;
  /**
   * What to do after a workload fails. `stop`: start no more restarts; the next `up` continues. `continue`: restart the others
   * anyway. `rollback`: stop, restore the settings of the last successful rollout, and restart what this change had restarted; the
   * next `up` tries again. Failures that settings can't cause only stop the rollout. Default: stop, so that no second workload
   * breaks in the same way.
   */
  onFailure?: "stop" | "continue" | "rollback";
  /**
   * What else counts as a difference. `image`: the images of istio-proxy and istio-init, so that Istio upgrades are rolled out.
   * Default: nothing, since settings don't change images, and restarts for an upgrade should be opt-in.
   */
  restartOn?: "image"[];
  /** Selects by their labels the workloads to restart; the others are reported as waiting. Default: every workload. */
  selector?: LabelSelector;
  /**
   * Whether to restart workloads that are not ready. Default: false, since a restart would make things worse, fail, and be
   * blamed for it. They are reported as waiting, and the next `up` checks them again.
   */
  restartUnhealthy?: boolean;
  /**
   * Whether to delete pods without a controller if their sidecar has earlier settings. Nothing recreates them.
   * Default: false, since they would be gone.
   */
  deleteBarePods?: boolean;
}

const duration = (fallback: string, none: boolean) =>
  z
    .unknown()
    .transform((value, context) => {
      if (none && (value === 0 || value === "0s" || value === "0")) return "0s";
      const read = parseSeconds(value);
      if ("value" in read) return read.value;
      context.issues.push({ code: "custom", message: problemSentence({ path: "", ...read }), input: value });
      return z.NEVER;
    })
    .optional()
    .transform((value) => value ?? fallback);

const labelSelector = z.unknown().transform((value, context): LabelSelector => {
  if (isRecord(value) && Object.keys(value).length === 0) return {};
  const { value: selector, problems } = parseSelector(value);
  for (const problem of problems)
    context.issues.push({
      code: "custom",
      message: problemSentence(problem),
      path: problem.path.split(".").slice(1),
      input: value,
    });
  return problems.length > 0 ? z.NEVER : asLabelSelector(selector);
});

export const Rollout = z.strictObject({
  strategy: z.enum(["restart", "evict", "none"]).default("restart"),
  maxConcurrent: z.int().min(1).max(1000).default(3),
  pauseBetween: duration("0s", true),
  timeoutPerWorkload: duration("600s", false),
  onFailure: z.enum(["stop", "continue", "rollback"]).default("stop"),
  restartOn: z.array(z.enum(["image"])).default([]),
  selector: labelSelector.optional().transform((value) => value ?? {}),
  restartUnhealthy: z.boolean().default(false),
  deleteBarePods: z.boolean().default(false),
});

/** The options with defaults applied, durations and the selector in canonical form. An empty selector is for every workload. */
export type Rollout = z.infer<typeof Rollout>;

/** The options' names: what a component passes to its rollout, and what the rollout reads. */
export const rolloutOptionNames = Object.keys(Rollout.shape) as readonly (keyof RolloutOptions)[];

/** The options that are set among a rollout's inputs. */
export function rolloutOptionsAmong(inputs: Properties): Properties {
  const given = rolloutOptionNames.filter((name) => inputs[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, inputs[name]]));
}

export function milliseconds(duration: string): number {
  return secondsOf(duration) * 1000;
}
