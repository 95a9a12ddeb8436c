import type { KubernetesApi } from "../../cluster/KubernetesApi.js";
import type { PodTemplate } from "../../cluster/podTemplate.js";

/** The cluster, the clock, and where a rollout says what it does. */
export interface RolloutDependencies {
  api: KubernetesApi;
  report: (line: string) => void;
  /** The wall clock, for maintenance windows. */
  now: () => number;
  /** Time that only passes, for deadlines: the wall clock may be set at any time. */
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** Whether nothing more is to be begun. Default: never. */
  isCancelled?: () => boolean;
  /** The istiod replicas that give a pod other settings than this stamp, where they can be asked. */
  replicasBehind?: (
    namespace: string,
    pod: PodTemplate,
    stamp: string | undefined,
  ) => Promise<readonly string[]>;
}
