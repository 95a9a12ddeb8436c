import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { restartableKinds } from "../../cluster/workloads.js";

/**
 * `Kind/name` of the workload that owns a pod; a ReplicaSet is named after its Deployment, followed by the template's hash. A custom
 * resource that shares its kind with one of Kubernetes' workloads is `Kind.group/name`.
 */
export function ownerOf({ ownerReferences = [], labels }: ObjectMeta): string | undefined {
  const controller = ownerReferences.find((owner) => owner.controller);
  if (!controller) return undefined;
  const hash = labels?.["pod-template-hash"];
  if (controller.kind === "ReplicaSet" && hash && controller.name.endsWith(`-${hash}`)) {
    return `Deployment/${controller.name.slice(0, -hash.length - 1)}`;
  }
  const argoHash = labels?.["rollouts-pod-template-hash"];
  if (controller.kind === "ReplicaSet" && argoHash && controller.name.endsWith(`-${argoHash}`)) {
    return `Rollout/${controller.name.slice(0, -argoHash.length - 1)}`;
  }
  const [group = ""] = controller.apiVersion.split("/");
  const namesake = restartableKinds.find(({ kind }) => kind === controller.kind);
  const isOther = namesake !== undefined && !namesake.apiVersion.startsWith(`${group}/`);
  return `${controller.kind}${isOther ? `.${group}` : ""}/${controller.name}`;
}
