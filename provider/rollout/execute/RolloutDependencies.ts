import type { KubernetesApi } from "../../cluster/KubernetesApi.js";
import type { PodTemplate } from "../../cluster/podTemplate.js";
import type { Session } from "../../cluster/session.js";

/** The cluster, the clocks and the log of a rollout. */
export interface RolloutDependencies extends Pick<Session, "report" | "now" | "elapsed" | "sleep"> {
  api: KubernetesApi;
  /** Whether to start no more restarts. */
  isCancelled: () => boolean;
  /** The istiod replicas that inject another stamp; none if they can't be asked. */
  replicasBehind: (
    namespace: string,
    pod: PodTemplate,
    stamp: string | undefined,
  ) => Promise<readonly string[]>;
}
