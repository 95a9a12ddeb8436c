import { dryRunPod } from "../cluster/dryRunPod.js";
import { ApiError, isMissingRight, type KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../cluster/podTemplate.js";
import { isTransient } from "../cluster/waitBeforeRetry.js";
import { getsSettings } from "../configMap/podTemplates.js";
import type { Layers } from "../levels/Layer.js";
import { isByPlan, plannedPod } from "./plannedPod.js";

/** All layers of an injector: as they are, and as they will be. */
export interface PlannedLayers {
  present: Layers;
  layers: Layers;
  /** `layers` with what other resources of the program plan beside: a request may fit only with the limit of another level. */
  all: Layers;
  /** The injector's `data.config` of now, which tells what templates a pod gets. */
  config: string;
}

/** What the injector will give a pod once it has the planned settings. */
export type PlannedAnswer =
  /** The pod as it will be. */
  | { is: "given"; pod: Pod }
  /** The pod gets other templates than the one with settings: it stays as it is. */
  | { is: "not reached" }
  /** Nobody can say field by field: the template is not there yet, or the settings are too long for an annotation. The pod of now. */
  | { is: "unasked"; pod: Pod }
  /** Admission would deny the pod with the planned settings, and does not without them. */
  | { is: "refused"; why: string }
  /** Admission denies the pod as it is. */
  | { is: "denied"; error: ApiError };

/** Asks by dry runs with planned data on the pod, and by others only where those are denied. */
export async function askPlanned(
  api: KubernetesApi,
  namespace: string,
  pod: PodTemplate,
  planned: PlannedLayers,
): Promise<PlannedAnswer> {
  if (!getsSettings(planned.config, pod.metadata?.annotations)) return { is: "not reached" };
  const asked = plannedPod(pod, planned.layers, namespace);
  const first = await admitted(api, namespace, asked ?? pod);
  if ("pod" in first) {
    const isAnswer = asked && isByPlan(first.pod, planned.layers, namespace, pod);
    return isAnswer ? { is: "given", pod: first.pod } : { is: "unasked", pod: first.pod };
  }
  // a server that is busy says nothing of the settings
  if (!asked || isTransient(first.denied)) return { is: "denied", error: first.denied };
  // with what other levels plan it may be valid
  const whole = planned.all === planned.layers ? undefined : plannedPod(pod, planned.all, namespace);
  const second = whole && (await admitted(api, namespace, whole));
  if (second && "pod" in second && isByPlan(second.pod, planned.all, namespace, pod))
    return { is: "given", pod: second.pod };
  if (second && "denied" in second && isTransient(second.denied))
    return { is: "denied", error: second.denied };
  const bare = await admitted(api, namespace, pod);
  if ("denied" in bare) return { is: "denied", error: bare.denied };
  // some policies deny annotations that they don't know
  const present = plannedPod(pod, planned.present, namespace);
  const same = present && (await admitted(api, namespace, present));
  if (same && "denied" in same) return { is: "unasked", pod: bare.pod };
  return { is: "refused", why: (second && "denied" in second ? second : first).denied.serverMessage };
}

async function admitted(
  api: KubernetesApi,
  namespace: string,
  pod: PodTemplate,
): Promise<{ pod: Pod } | { denied: ApiError }> {
  try {
    return { pod: await dryRunPod(api, namespace, pod) };
  } catch (error) {
    if (!(error instanceof ApiError) || isMissingRight(error)) throw error;
    return { denied: error };
  }
}
