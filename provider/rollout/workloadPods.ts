import { type KubernetesApi, listAll } from "../cluster/KubernetesApi.js";
import type { Pod } from "../cluster/podTemplate.js";
import type { Workload } from "../cluster/workloads.js";
import { ownerOf } from "./ownerOf.js";

/** The pods of a workload that are not on their way out, in full. */
export async function workloadPods(
  api: KubernetesApi,
  namespace: string,
  { spec }: Pick<Workload, "spec">,
  name: string,
): Promise<Pod[]> {
  const labelSelector = Object.entries(spec.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const pods = await listAll<Pod>(api, `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, {
    query: labelSelector === "" ? {} : { labelSelector },
  });
  return pods.filter(
    ({ metadata }) => ownerOf(metadata) === name && metadata.deletionTimestamp === undefined,
  );
}

/** The first reason that one of the pods gives for not being ready. */
export function podReason(pods: readonly Pod[]): string | undefined {
  for (const pod of pods) {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const { name: container, state } of statuses) {
      const waiting = state?.waiting;
      if (waiting?.reason && waiting.reason !== "PodInitializing" && waiting.reason !== "ContainerCreating") {
        return `pod ${pod.metadata.name}, container ${container}: ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ""}`;
      }
    }
    const blocked = pod.status?.conditions?.find(
      ({ type, status, message }) =>
        status === "False" && message && (type === "PodScheduled" || type === "Ready"),
    );
    if (blocked) return `pod ${pod.metadata.name}: ${blocked.reason ?? blocked.type}: ${blocked.message}`;
  }
  return undefined;
}
