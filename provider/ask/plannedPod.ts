import type { Pod, PodTemplate } from "../cluster/podTemplate.js";
import { previewData, previewStamp } from "../configMap/previewData.js";
import type { Layers } from "../levels/Layer.js";
import { stampAnnotation } from "../pod/podAnnotations.js";

/** A pod with planned layers on it, to be asked about; undefined where they don't fit into an annotation. */
export function plannedPod<Made extends PodTemplate>(
  pod: Made,
  layers: Layers,
  namespace: string,
): Made | undefined {
  const data = previewData(layers, namespace, pod.metadata?.annotations);
  return "annotations" in data
    ? { ...pod, metadata: { ...pod.metadata, annotations: { ...data.annotations } } }
    : undefined;
}

/** Whether an answer about such a pod is by the planned layers, and not by those that are written. */
export function isByPlan(answer: Pod, layers: Layers, namespace: string, { metadata }: PodTemplate): boolean {
  return answer.metadata.annotations?.[stampAnnotation] === previewStamp(layers, namespace, metadata?.labels);
}
