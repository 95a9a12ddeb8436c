import { isReady, type Pod } from "../../cluster/podTemplate.js";
import { initContainers, proxyContainer } from "../../pod/sidecarFields.js";

/** The first reason that any of the pods gives for not being ready. */
export function podReason(pods: readonly Pod[]): string | undefined {
  for (const pod of pods) {
    const stuck = stuckContainer(pod);
    if (stuck !== undefined) return `pod ${pod.metadata.name}, ${stuck}`;
    const blocked = pod.status?.conditions?.find(
      ({ type, status, message }) =>
        status === "False" && message && (type === "PodScheduled" || type === "Ready"),
    );
    if (blocked) return `pod ${pod.metadata.name}: ${blocked.reason ?? blocked.type}: ${blocked.message}`;
  }
  return undefined;
}

/** What containers wait for, in the order in which they start. */
function waitingIn({ status }: Pod): { name: string; reason?: string; message?: string }[] {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.map(({ name, state }) => ({ name, ...state?.waiting }));
}

/** The first container that doesn't start, with its reason; one that is being created is none. */
function stuckContainer(pod: Pod): string | undefined {
  for (const { name, reason, message } of waitingIn(pod)) {
    if (reason && reason !== "PodInitializing" && reason !== "ContainerCreating")
      return `container ${name}: ${reason}${message ? `: ${message}` : ""}`;
  }
  return undefined;
}

/**
 * Whether pods that are not ready may become so by themselves: they are new, as of a workload that is being deployed or scaled up, and none
 * says what it is stuck at. A pod that no node takes yet may get a new node. `since`: the creation time of the oldest that is new, in ms.
 */
export function areComingUp(pods: readonly Pod[], since: number): boolean {
  const isNew = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp ?? "") >= since;
  return (
    pods.some(isNew) && pods.every((pod) => isReady(pod) || (isNew(pod) && stuckContainer(pod) === undefined))
  );
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
  const containers = pods
    .flatMap(waitingIn)
    .filter(({ reason = "" }) => ownFaults.includes(reason))
    .map(({ name }) => name === proxyContainer || initContainers.includes(name));
  const unscheduled = pods
    .flatMap(({ status }) => status?.conditions ?? [])
    .filter(({ type, status }) => type === "PodScheduled" && status === "False")
    .map(({ message = "" }) => message.includes("Insufficient "));
  const faults = [...containers, ...unscheduled];
  return faults.length === 0 || faults.some((mayBeOurs) => mayBeOurs);
}
