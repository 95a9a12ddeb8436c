import type { Pod, PodTemplate } from "../cluster/podTemplate.js";
import { previewData, previewStamp } from "../configMap/previewData.js";
import type { Layers } from "../levels/Layer.js";
import { stampAnnotation } from "../pod/podAnnotations.js";

/** A pod annotated with planned layers, for a dry run; undefined if they don't fit into an annotation. */
export function plannedPod<Made extends PodTemplate>(
  pod: Made,
  layers: Layers,
  namespace: string,
): Made | undefined {
  const annotations = previewData(layers, namespace, pod.metadata?.annotations);
  return annotations && { ...pod, metadata: { ...pod.metadata, annotations } };
}

/** Whether such a pod was injected with the planned layers rather than the written ones. A policy may have added labels before. */
export function isByPlan(answer: Pod, layers: Layers, namespace: string, { metadata }: PodTemplate): boolean {
  const stamp = answer.metadata.annotations?.[stampAnnotation];
  return [metadata?.labels, answer.metadata.labels].some(
    (labels) => stamp === previewStamp(layers, namespace, labels),
  );
}
