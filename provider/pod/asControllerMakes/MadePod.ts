import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import { withoutUndefined } from "../../data/withoutUndefined.js";

/**
 * A pod before admission, as its controller would create it. Without a name, since a dry run with a taken name fails, and only
 * StatefulSets choose names instead of having Kubernetes generate them.
 */
export interface MadePod extends PodTemplate {
  metadata: Pick<ObjectMeta, "generateName" | "ownerReferences"> &
    Required<Pick<ObjectMeta, "labels" | "annotations">>;
}

/** An existing pod of the workload, whose ordinal, node and revision are used. */
export type LikePod = { metadata: ObjectMeta; spec?: Pick<Pod["spec"], "nodeName"> };

/** What all controllers do with a template. */
export function podFrom(
  { metadata, spec }: PodTemplate,
  parent: string,
  owner: { apiVersion: string; kind: string; name: string; uid: string },
  labels: Readonly<Record<string, string | undefined>> = {},
): MadePod {
  return {
    metadata: {
      generateName: `${parent}-`,
      labels: { ...metadata?.labels, ...withoutUndefined(labels) },
      annotations: { ...metadata?.annotations },
      // without blockOwnerDeletion, which needs rights on the owner if OwnerReferencesPermissionEnforcement is enabled
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec,
  };
}

/** The workload as the owner of its pods. The UID is required, so it has a placeholder if the workload wasn't read in full. */
export function ownerFrom({ apiVersion = "apps/v1", kind, metadata: { name, uid = "unknown" } }: Workload) {
  return { apiVersion, kind, name, uid };
}

/** A label of the pod `like`, undefined if it lacks the label; `fallback` if there is no such pod. */
export function labelLike(like: LikePod | undefined, name: string, fallback: string): string | undefined {
  return like ? like.metadata.labels?.[name] : fallback;
}
