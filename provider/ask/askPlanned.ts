import { admittedPod } from "../cluster/dryRunPod.js";
import { type ApiError, isOverQuota, type KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../cluster/podTemplate.js";
import { isTransient } from "../cluster/waitBeforeRetry.js";
import { getsSettings } from "../configMap/podTemplates.js";
import type { Layers } from "../levels/Layer.js";
import { isByPlan, plannedPod } from "./plannedPod.js";

/** All layers of an injector, before and after the change. */
export interface PlannedLayers {
  present: Layers;
  layers: Layers;
  /** `layers` plus those that other resources of the program plan: a request may be valid only with another level's limit. */
  all: Layers;
  /** The injector's present `data.config`, which decides the templates of a pod. */
  config: string;
}

/** What the injector will give a pod with the planned settings. */
export type PlannedAnswer =
  | { is: "given"; pod: Pod }
  /** The pod uses other templates than the one with settings, so nothing changes. */
  | { is: "not reached" }
  /** The outcome is unknown: the template is not written yet, or the settings are too long for an annotation. `pod`: as injected now. */
  | { is: "unasked"; pod: Pod }
  /** Admission would deny the pod with the planned settings, and doesn't without them. `pod`: as injected now. */
  | { is: "refused"; why: string; pod: Pod }
  /** Admission denies the pod even now. */
  | { is: "denied"; error: ApiError };

/** Makes a dry run with the planned data on the pod, and others only if it is denied. */
export async function askPlanned(
  api: KubernetesApi,
  namespace: string,
  pod: PodTemplate,
  planned: PlannedLayers,
): Promise<PlannedAnswer> {
  if (!getsSettings(planned.config, pod.metadata?.annotations)) return { is: "not reached" };
  const asked = plannedPod(pod, planned.layers, namespace);
  const first = await admittedPod(api, namespace, asked ?? pod);
  if ("pod" in first) {
    const isAnswer = asked && isByPlan(first.pod, planned.layers, namespace, pod);
    return isAnswer ? { is: "given", pod: first.pod } : { is: "unasked", pod: first.pod };
  }
  // a busy server says nothing about the settings
  if (!asked || isTransient(first.denied)) return { is: "denied", error: first.denied };
  // it may be valid with the other levels' plans
  const whole = planned.all === planned.layers ? undefined : plannedPod(pod, planned.all, namespace);
  const second = whole && (await admittedPod(api, namespace, whole));
  if (second && "pod" in second && isByPlan(second.pod, planned.all, namespace, pod))
    return { is: "given", pod: second.pod };
  if (second && "denied" in second && isTransient(second.denied))
    return { is: "denied", error: second.denied };
  const bare = await admittedPod(api, namespace, pod);
  if ("denied" in bare) {
    // a full quota says what the pod needs: with the planned settings, too
    const isFull = isOverQuota(bare.denied) && isOverQuota(first.denied);
    return { is: "denied", error: isFull ? first.denied : bare.denied };
  }
  // some policies deny annotations that they don't know
  const present = plannedPod(pod, planned.present, namespace);
  const same = present && (await admittedPod(api, namespace, present));
  if (same && "denied" in same) return { is: "unasked", pod: bare.pod };
  const { denied } = second && "denied" in second ? second : first;
  return { is: "refused", why: denied.serverMessage, pod: bare.pod };
}
