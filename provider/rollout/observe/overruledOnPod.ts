import type { Pod } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import { podAsMade } from "../../pod/asControllerMakes/podAsMade.js";
import { sidecarFields } from "../../pod/sidecarFields.js";
import type { NamespaceSettings } from "./Assessment.js";

/** The settings that an up-to-date pod should have and doesn't show; undefined if none. */
export function overruledOnPod(
  workload: Workload,
  pod: Pod | undefined,
  { overruled }: Pick<NamespaceSettings, "overruled">,
): string | undefined {
  const shown = pod && sidecarFields(pod);
  return shown && overruled?.(podAsMade(workload, { metadata: pod.metadata }), shown);
}
