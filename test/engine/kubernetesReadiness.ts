import { objectAt } from "./kubernetesObject";
import type { PropertyMap } from "./propertyValue";

/** Why a workload is not ready yet, judged as `kubectl rollout status` does; nothing when it is, or never waits. */
export function whyNotReady(live: PropertyMap): string | undefined {
  const spec = objectAt(live, "spec");
  const status = objectAt(live, "status");
  const generation = number(objectAt(live, "metadata").generation);
  switch (live.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
      if (number(status.observedGeneration) < generation) return "its controller has not seen the change yet";
      break;
    default:
      return undefined;
  }
  if (live.kind === "DaemonSet") {
    return (
      behind("updated", status.updatedNumberScheduled, status.desiredNumberScheduled) ??
      behind("available", status.numberAvailable, status.desiredNumberScheduled)
    );
  }
  const wanted = spec.replicas === undefined ? 1 : number(spec.replicas);
  if (live.kind === "Deployment") {
    return (
      behind("updated", status.updatedReplicas, wanted) ??
      leftover(number(status.replicas) - number(status.updatedReplicas)) ??
      behind("available", status.availableReplicas, wanted)
    );
  }
  if (objectAt(spec, "updateStrategy").type === "OnDelete")
    return behind("ready", status.readyReplicas, wanted);
  return (
    behind("updated", status.updatedReplicas ?? status.currentReplicas, wanted) ??
    behind("ready", status.readyReplicas, wanted)
  );
}

function behind(word: string, have: unknown, want: unknown): string | undefined {
  return number(have) < number(want) ? `${number(have)} of ${number(want)} pods ${word}` : undefined;
}

function leftover(count: number): string | undefined {
  return count > 0 ? `${count} old pods left` : undefined;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
