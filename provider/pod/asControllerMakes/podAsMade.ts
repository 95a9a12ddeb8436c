import type { Workload } from "../../cluster/workloads.js";
import { daemonSetPod } from "./daemonSetPod.js";
import { jobPod } from "./jobPod.js";
import { type LikePod, type MadePod, ownerFrom, podFrom } from "./MadePod.js";
import { replicaSetPod } from "./replicaSetPod.js";
import { statefulSetPod } from "./statefulSetPod.js";

const makers: Readonly<Record<string, (workload: Workload, like?: LikePod) => MadePod>> = {
  Deployment: replicaSetPod("pod-template-hash"),
  StatefulSet: statefulSetPod,
  DaemonSet: daemonSetPod,
  Job: jobPod,
  Rollout: replicaSetPod("rollouts-pod-template-hash"),
};

/**
 * The pod that the workload's controller would now create in place of `like`, before admission: the one to send to the injector.
 * Without `like`, the workload's first pod.
 */
export function podAsMade(workload: Workload, like?: LikePod): MadePod {
  const make = makers[workload.kind];
  return make
    ? make(workload, like)
    : podFrom(workload.spec.template, workload.metadata.name, ownerFrom(workload));
}
