import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { type Annotations, optOutAnnotation, saidOf } from "../observe/rolloutAnnotations.js";

/**
 * Why the workload is not to be restarted, where it or its namespace says so; `always` on a workload takes it out of what its
 * namespace says. Another word keeps the workload from being restarted too: its owner meant to say something.
 */
export function optOut(
  workload: Pick<ObjectMeta, "annotations">,
  namespace?: Annotations,
): string | undefined {
  const said = saidOf(optOutAnnotation, workload, namespace);
  if (!said || said.value === "always") return undefined;
  if (said.value === "never") return `${said.by} annotation ${optOutAnnotation} is "never"`;
  return `${said.by} annotation ${optOutAnnotation} is "${said.value}"; wanted "never" or "always"`;
}
