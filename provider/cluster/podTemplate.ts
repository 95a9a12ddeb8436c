import type { ObjectMeta } from "./KubernetesApi.js";

export interface Container {
  name: string;
  image?: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: unknown }[];
  lifecycle?: Record<string, unknown>;
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  [field: string]: unknown;
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  nodeName?: string;
  hostNetwork?: boolean;
  hostname?: string;
  subdomain?: string;
  volumes?: { name: string; [source: string]: unknown }[];
  affinity?: { nodeAffinity?: Record<string, unknown>; [kind: string]: unknown };
  tolerations?: Toleration[];
  [field: string]: unknown;
}

export interface Pod {
  metadata: ObjectMeta;
  spec: PodSpec;
  status?: {
    phase?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  state?: Record<string, { reason?: string; message?: string } | undefined>;
}

export interface PodTemplate {
  metadata?: Partial<ObjectMeta>;
  spec: PodSpec;
}

export function isReady({ status }: Pick<Pod, "status">): boolean {
  return (
    status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ===
    true
  );
}

/** Tells pods apart that had one name one after the other, as a StatefulSet's do. */
export function podIdentity({ uid, name }: Pick<Pod["metadata"], "uid" | "name">): string {
  return uid ?? name;
}

/** Whether a pod has finished. Such a pod stays until somebody deletes it. */
export function hasEnded({ status }: Pick<Pod, "status">): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Containers and init containers: native sidecars are among the latter. */
export function allContainers(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
