import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { type Annotations, effectiveAnnotation, optOutAnnotation } from "../observe/rolloutAnnotations.js";

/**
 * Why the workload's or its namespace's annotation forbids a restart; undefined if it doesn't. `always` on a workload overrides its
 * namespace. An unknown value forbids it, too: its owner meant something by it.
 */
export function optOut(
  workload: Pick<ObjectMeta, "annotations">,
  namespace?: Annotations,
): string | undefined {
  const annotation = effectiveAnnotation(optOutAnnotation, workload, namespace);
  if (!annotation || annotation.value === "always") return undefined;
  if (annotation.value === "never") return `${annotation.by} annotation ${optOutAnnotation} is "never"`;
  return `${annotation.by} annotation ${optOutAnnotation} is "${annotation.value}"; expected "never" or "always"`;
}
