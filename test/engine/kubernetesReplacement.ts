import type { ObjectAddress } from "./kubernetesObject";
import { parsePath } from "./propertyDiff";

/** Paths that can't change in place, by kind; the first keys of a path are enough. */
const FIXED: Record<string, string[]> = {
  Deployment: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  StatefulSet: ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"],
  Job: ["spec.selector", "spec.template", "spec.completions", "spec.parallelism"],
  Pod: ["spec"],
  PodDisruptionBudget: ["spec"],
  RoleBinding: ["roleRef"],
  ClusterRoleBinding: ["roleRef"],
  StorageClass: ["parameters", "provisioner"],
  PersistentVolumeClaim: ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  Service: ["spec.clusterIP"],
  Secret: ["type", "data", "stringData"],
  ConfigMap: ["data", "binaryData"],
};

const IDENTITY = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/** The changed paths that call for a new object, as in the real provider with its default settings. */
export function pathsForcingReplacement(address: ObjectAddress, changed: string[], patch: boolean): string[] {
  const fixed = [...IDENTITY, ...(patch ? [] : (FIXED[address.kind] ?? []))].map(parsePath);
  return changed.filter((path) => {
    const keys = parsePath(path);
    return fixed.some((prefix) => prefix.slice(0, keys.length).every((key, index) => key === keys[index]));
  });
}
