import type { Pod } from "../../cluster/podTemplate.js";
import { initContainers, proxyContainer } from "../../pod/sidecarFields.js";

/** The first reason that any of the pods gives for not being ready. */
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

/** Reasons for which a container never starts: its image, or a Secret or ConfigMap that it names. */
const ownFaults = [
  "ImagePullBackOff",
  "ErrImagePull",
  "InvalidImageName",
  "ErrImageNeverPull",
  "CreateContainerConfigError",
];

/**
 * Whether settings may be why these pods are not ready. They can't be if only containers of the application never start, or if no node takes
 * the pods for other reasons than what they request.
 */
export function isSettingsFault(pods: readonly Pod[]): boolean {
  const containers = pods.flatMap(({ status }) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
      ({ name, state }) =>
        ownFaults.includes(state?.waiting?.reason ?? "")
          ? [name === proxyContainer || initContainers.includes(name)]
          : [],
    ),
  );
  const unscheduled = pods.flatMap(({ status }) =>
    (status?.conditions ?? []).flatMap(({ type, status: is, message = "" }) =>
      type === "PodScheduled" && is === "False" ? [message.includes("Insufficient ")] : [],
    ),
  );
  const faults = [...containers, ...unscheduled];
  return faults.length === 0 || faults.some((mayBeOurs) => mayBeOurs);
}
