import { z } from "zod";
import { parseSeconds, secondsOf } from "../settings/duration.js";

/** How workloads whose sidecar changes are restarted. */
export interface RolloutOptions {
  /**
   * `restart`: an annotation on the pod template, as `kubectl rollout restart` does, so that the workload's own update
   * strategy holds. `none`: nothing is restarted; pods take up the settings when they are next created.
   * Default: restart, since settings that no pod has are no change.
   */
  strategy?: "restart" | "none";
  /** How many workloads restart at once. Default: 3, so that a mistake meets few workloads. */
  maxConcurrent?: number;
  /** How long to wait after each workload before the next one starts. Default: 0s. */
  pauseBetween?: string;
  /** How long a workload may take. Default: 10m, the progress deadline of a Deployment. */
  timeoutPerWorkload?: string;
  /** After a workload fails. Default: stop, so that nobody's second workload breaks in the same way. */
  onFailure?: "stop" | "continue";
}

/** The options with their defaults, durations in canonical form. */
export interface Rollout {
  strategy: "restart" | "none";
  maxConcurrent: number;
  pauseBetween: string;
  timeoutPerWorkload: string;
  onFailure: "stop" | "continue";
}

const duration = (fallback: string, none: boolean) =>
  z.unknown().transform((value, context) => {
    if (value === undefined) return fallback;
    if (none && (value === 0 || value === "0s" || value === "0")) return "0s";
    const read = parseSeconds(value);
    if ("value" in read) return read.value;
    context.issues.push({
      code: "custom",
      message: `found ${read.found}; wanted ${read.wanted}: ${read.todo}`,
      input: value,
    });
    return z.NEVER;
  });

export const Rollout = z.strictObject({
  strategy: z.enum(["restart", "none"]).default("restart"),
  maxConcurrent: z.int().min(1).max(1000).default(3),
  pauseBetween: duration("0s", true)
    .optional()
    .transform((value) => value ?? "0s"),
  timeoutPerWorkload: duration("600s", false)
    .optional()
    .transform((value) => value ?? "600s"),
  onFailure: z.enum(["stop", "continue"]).default("stop"),
});

export function milliseconds(duration: string): number {
  return secondsOf(duration) * 1000;
}
