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

/** Reasons that keep a container from starting, whatever the sidecar's settings. */
const ownFaults = ["ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull"];

/** Whether settings may be why these pods are not ready: they can't be if the application's own image can't be pulled. */
export function isSettingsFault(pods: readonly Pod[]): boolean {
  const waiting = pods.flatMap(({ status }) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
      ({ name, state }) => (state?.waiting?.reason ? [{ name, reason: state.waiting.reason }] : []),
    ),
  );
  const faults = waiting.filter(({ reason }) => ownFaults.includes(reason));
  const ofSidecar = (name: string) => name === proxyContainer || initContainers.includes(name);
  return faults.length === 0 || faults.some(({ name }) => ofSidecar(name));
}
