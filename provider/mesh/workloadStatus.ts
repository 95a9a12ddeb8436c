import type { PodTemplate } from "../cluster/podTemplate.js";
import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import { layersFor } from "../levels/layersReaching.js";
import { effectiveOf } from "../levels/Profile.js";
import { isOverridden } from "../pod/readOverrides.js";
import { type Assessment, type NamespaceSettings, rolloutFor } from "../rollout/observe/Assessment.js";
import { rolloutStatus } from "../rollout/observe/rolloutStatus.js";
import type { Current } from "../rollout/observe/settingsThere.js";
import type { UnmanagedPods } from "../rollout/observe/unmanagedPods.js";
import { skipReason } from "../rollout/policy/skipReason.js";
import { restartUnderWay, unreadyBefore } from "../rollout/policy/unreadyBefore.js";
import { inOrder } from "../settings/canonicalSettings.js";
import type { WorkloadStatus } from "./MeshStatus.js";

/** One workload's assessment in the form of reports. `layers`: present ones, or as they are about to be. */
export function workloadStatus(
  assessment: Assessment,
  namespaceSettings: NamespaceSettings,
  { layers, installed }: Pick<Current, "layers" | "installed">,
  now: number,
): WorkloadStatus {
  const { namespace, workload, name, pods, verdict, overruled } = assessment;
  const { template } = workload.spec;
  const settings = { ...namespaceSettings, ...assessment.due };
  const rollout = rolloutFor(assessment, layers);
  const reaching = layersFor(layers, namespace, template?.metadata?.labels);
  const own = decidedByPod(template, effectiveOf({ installed, ...reaching }));
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

export function unmanagedStatus({ name, pods, why }: UnmanagedPods): WorkloadStatus {
  return { name, pods, state: "unmanaged", why };
}

/** The settings that are set at a weaker level and overridden by the pod's own annotations or containers. */
function decidedByPod(template: PodTemplate, effective: EffectiveSettings): string[] {
  return inOrder(Object.keys(effective))
    .filter(
      ({ path, declaration, name }) =>
        effective[path]?.source !== "installed" && isOverridden(declaration, name, template),
    )
    .map(({ path }) => path);
}
