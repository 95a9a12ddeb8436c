import type { Workload } from "../../cluster/workloads.js";
import { type LikePod, labelLike, type MadePod, podFrom } from "./MadePod.js";

const unknownHash = "new";

/** A Deployment's or an Argo Rollout's pod belongs to a ReplicaSet, and has the template's hash in its name and in a label. */
export function replicaSetPod(hashLabel: string) {
  return ({ metadata, spec }: Workload, like?: LikePod): MadePod => {
    const hash = labelLike(like, hashLabel, unknownHash) ?? unknownHash;
    const name = `${metadata.name}-${hash}`;
    const uid = like?.metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? "unknown";
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid };
    return podFrom(spec.template, name, owner, { [hashLabel]: hash });
  };
}
