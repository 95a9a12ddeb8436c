import type { Workload } from "../../cluster/workloads.js";
import { type LikePod, labelLike, type MadePod, podFrom } from "./MadePod.js";

const unknownHash = "new";

/** A Deployment's pod belongs to a ReplicaSet, and has the template's hash in its name and labels. */
export function deploymentPod(workload: Workload, like?: LikePod): MadePod {
  return replicaSetPod(workload, "pod-template-hash", like);
}

/** An Argo Rollout's pod: the same, with another label. */
export function argoRolloutPod(workload: Workload, like?: LikePod): MadePod {
  return replicaSetPod(workload, "rollouts-pod-template-hash", like);
}

function replicaSetPod({ metadata, spec }: Workload, hashLabel: string, like: LikePod | undefined): MadePod {
  const hash = labelLike(like, hashLabel, unknownHash) ?? unknownHash;
  const name = `${metadata.name}-${hash}`;
  const uid = like?.metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? "unknown";
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid };
  return podFrom(spec.template, name, owner, { [hashLabel]: hash });
}
