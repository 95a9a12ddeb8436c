import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";

/**
 * A pod before admission, as its controller would send it. Without a name: a dry run of a name that is taken is refused, and only
 * StatefulSets choose names that Kubernetes does not make up.
 */
export interface MadePod extends PodTemplate {
  metadata: Pick<ObjectMeta, "generateName" | "ownerReferences"> &
    Required<Pick<ObjectMeta, "labels" | "annotations">>;
}

/** A pod that the workload has: names which ordinal, node, or revision is asked about. */
export type LikePod = { metadata: ObjectMeta; spec?: Pick<Pod["spec"], "nodeName"> };

/** What every controller does with a template. */
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
      // without blockOwnerDeletion, which takes rights on the owner where OwnerReferencesPermissionEnforcement is on
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec,
  };
}

/** The workload as the owner of its pods. An owner that was not read in full has a UID all the same: it is required. */
export function ownerFrom({ apiVersion = "apps/v1", kind, metadata: { name, uid = "unknown" } }: Workload) {
  return { apiVersion, kind, name, uid };
}

/** A label of the pod at hand; `fallback` where there is no such pod, and nothing where that pod has none. */
export function labelLike(like: LikePod | undefined, name: string, fallback: string): string | undefined {
  return like ? like.metadata.labels?.[name] : fallback;
}

function withoutUndefined(labels: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
