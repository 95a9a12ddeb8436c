import { injectingRevision } from "../../cluster/injectingRevision.js";
import { hasEnded, type Pod, podIdentity } from "../../cluster/podTemplate.js";
import { count } from "../../data/count.js";
import type { Failure } from "./Outcome.js";

/**
 * Why replacing pods took the sidecars of a workload: nobody injects it any more, or its webhook lets pods through while no istiod answers.
 * `pods`: its pods now; `before`: those before the first was replaced.
 */
export function lostSidecars(pods: readonly Pod[], before: readonly Pod[]): Failure | undefined {
  // a custom resource may have pods of several kinds
  if (before.some(isBare)) return undefined;
  const known = new Set(before.map(({ metadata }) => podIdentity(metadata)));
  const [first, ...more] = pods.filter((pod) => !known.has(podIdentity(pod.metadata)) && isBare(pod));
  if (!first) return undefined;
  const bare = `${count(more.length + 1, "new pod")} (${first.metadata.name})`;
  return {
    failed: `its restart gave ${bare} no sidecar, though the old ones had one: see whether istiod runs and the namespace still has its injection label, and restart it`,
    cause: "other",
  };
}

function isBare(pod: Pod): boolean {
  return injectingRevision(pod.metadata) === undefined && !hasEnded(pod);
}
