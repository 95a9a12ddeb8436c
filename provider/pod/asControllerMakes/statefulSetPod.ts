import type { Workload } from "../../cluster/workloads.js";
import { type LikePod, labelLike, type MadePod, ownerFrom, podFrom } from "./MadePod.js";

/** A StatefulSet's pod has its ordinal in its labels, its hostname and the names of its claims. */
export function statefulSetPod(workload: Workload, like?: LikePod): MadePod {
  const { metadata, spec, status } = workload;
  const first = `${metadata.name}-${spec.ordinals?.start ?? 0}`;
  const name = like?.metadata.name ?? first;
  const { metadata: made, spec: pod } = podFrom(spec.template, metadata.name, ownerFrom(workload), {
    "controller-revision-hash": labelLike(like, "controller-revision-hash", String(status?.updateRevision)),
    "statefulset.kubernetes.io/pod-name": labelLike(like, "statefulset.kubernetes.io/pod-name", name),
    "apps.kubernetes.io/pod-index": labelLike(like, "apps.kubernetes.io/pod-index", ordinalOf(name)),
  });
  const claims = (spec.volumeClaimTemplates ?? []).map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${name}` },
  }));
  const others = (pod.volumes ?? []).filter((volume) => !claims.some((claim) => claim.name === volume.name));
  return {
    metadata: made,
    spec: {
      ...pod,
      hostname: name,
      ...(spec.serviceName ? { subdomain: spec.serviceName } : {}),
      ...(claims.length + others.length > 0 ? { volumes: [...claims, ...others] } : {}),
    },
  };
}

function ordinalOf(name: string): string {
  return name.slice(name.lastIndexOf("-") + 1);
}
