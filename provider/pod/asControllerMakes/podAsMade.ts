import type { Workload } from "../../cluster/workloads.js";
import { daemonSetPod } from "./daemonSetPod.js";
import { jobPod } from "./jobPod.js";
import { type LikePod, type MadePod, ownerFrom, podFrom } from "./MadePod.js";
import { argoRolloutPod, deploymentPod } from "./replicaSetPod.js";
import { statefulSetPod } from "./statefulSetPod.js";

const makers: Readonly<Record<string, (workload: Workload, like?: LikePod) => MadePod>> = {
  Deployment: deploymentPod,
  StatefulSet: statefulSetPod,
  DaemonSet: daemonSetPod,
  Job: jobPod,
  Rollout: argoRolloutPod,
};

/**
 * The pod that the workload's controller would create now in place of `like`, before admission: what the injector is to be asked about.
 * Without `like`, its first one.
 */
export function podAsMade(workload: Workload, like?: LikePod): MadePod {
  const make = makers[workload.kind];
  return make
    ? make(workload, like)
    : podFrom(workload.spec.template, workload.metadata.name, ownerFrom(workload));
}
