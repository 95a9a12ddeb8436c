import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import type { Rollout } from "../levels/RolloutOptions.js";
import type { Assessment, NamespaceSettings } from "../rollout/observe/assess.js";
import { rolloutStatus } from "../rollout/observe/rolloutStatus.js";
import { skipReason } from "../rollout/policy/skipReason.js";
import { restartUnderWay, unreadyBefore } from "../rollout/policy/unreadyBefore.js";
import { decidedByPod } from "./decidedByPod.js";
import type { WorkloadStatus } from "./MeshStatus.js";

/** One workload's assessment in the form of reports. */
export function workloadStatus(
  { workload, name, pods, verdict, overruled }: Assessment,
  settings: NamespaceSettings,
  now: number,
  effective: EffectiveSettings,
  rollout: Rollout,
): WorkloadStatus {
  const own = decidedByPod(workload.spec.template, effective);
  const underWay = restartUnderWay(workload, settings.stamp) ? rolloutStatus(workload) : undefined;
  const about = {
    name,
    pods,
    ...(own.length > 0 ? { decidedByPod: own } : {}),
    ...(overruled === undefined ? {} : { overruled }),
    ...(underWay?.status === "waiting" ? { progress: underWay.why } : {}),
  };
  switch (verdict.is) {
    case "stale": {
      const why =
        skipReason({ workload, verdict }, settings, rollout, now)?.why ??
        (rollout.restartUnhealthy ? undefined : unreadyBefore(workload, settings.stamp));
      const { stalePods, differences, left } = verdict;
      return {
        ...about,
        ...(why === undefined ? { state: "stale" } : { state: "waiting", why }),
        stalePods,
        differences,
        ...(left === undefined ? {} : { left }),
      };
    }
    case "held":
      return { ...about, state: "waiting", why: verdict.why };
    case "unknown":
    case "refused":
      return { ...about, state: "unknown", why: verdict.why };
    default:
      return { ...about, state: verdict.is };
  }
}
