import type { KubernetesApi } from "../../cluster/KubernetesApi.js";
import type { PodTemplate } from "../../cluster/podTemplate.js";

/** The cluster, the clocks and the log of a rollout. */
export interface RolloutDependencies {
  api: KubernetesApi;
  report: (line: string) => void;
  /** The wall clock, for maintenance windows. */
  now: () => number;
  /** A monotonic clock in ms, for deadlines: the wall clock may be set at any time. */
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** Whether to start no more restarts. Default: never. */
  isCancelled?: () => boolean;
  /** The istiod replicas that inject another stamp; left out if they can't be asked. */
  replicasBehind?: (
    namespace: string,
    pod: PodTemplate,
    stamp: string | undefined,
  ) => Promise<readonly string[]>;
}
