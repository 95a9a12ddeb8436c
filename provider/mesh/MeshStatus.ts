import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import type { Difference } from "../pod/differences.js";

/** What one look at a mesh shows: plain data, from which every report is made. */
export interface MeshStatus {
  /** The API server that was asked. */
  server: string;
  /** Its context in the kubeconfig. */
  context?: string;
  /** When, as ISO 8601 in UTC. */
  at: string;
  injectors: InjectorStatus[];
  /** By name; namespaces without sidecars and without settings are left out. */
  namespaces: NamespaceStatus[];
  /** What could not be looked at, and why. */
  notes: string[];
}

export interface InjectorStatus {
  /** `istio-system/istio-sidecar-injector`. */
  configMap: string;
  revision: string;
  /** The version of Istio, as far as the Helm values say it. */
  istio?: string;
  /** How many layers of ours it has. */
  layers: number;
}

export interface NamespaceStatus {
  name: string;
  revision: string;
  /** Owner of the namespace's layer; undefined without settings of its own. */
  owner?: string;
  /** What new pods get, and the level that each value comes from. */
  settings: EffectiveSettings;
  /** Settings for some of its workloads, the weakest first; left out where there are none. */
  workloadSettings?: WorkloadSettingsStatus[];
  workloads: WorkloadStatus[];
}

/** A workload layer, and what new pods get that it picks and no other one does. */
export interface WorkloadSettingsStatus {
  name: string;
  owner: string;
  /** As kubectl takes it: `app=api,tier in (a,b)`. */
  selector: string;
  priority: number;
  settings: EffectiveSettings;
}

/**
 * `current`: its sidecars are what the injector gives. `stale`: they differ, and `pulumi up` restarts it. `waiting`: stale, and not
 * restarted now, for the reason in `why`. `masked`: settings changed since, and the pods' own annotations win in each of them.
 * `unmanaged`: pods with earlier settings that no restart replaces. `unknown`: nobody could say.
 */
export type WorkloadState = "current" | "stale" | "waiting" | "masked" | "unmanaged" | "unknown";

export const workloadStates: readonly WorkloadState[] = [
  "stale",
  "waiting",
  "unmanaged",
  "unknown",
  "masked",
  "current",
];

export interface WorkloadStatus {
  /** `Deployment/api`. */
  name: string;
  pods: number;
  state: WorkloadState;
  stalePods?: number;
  /** How a stale pod differs from what the injector gives now. */
  differences?: Difference[];
  /** Why it is waiting, unmanaged or unknown. */
  why?: string;
  /** Why some of its stale pods stay as they are when it restarts. */
  left?: string;
  /** Settings in which its pods' own annotations or containers win. */
  decidedByPod?: string[];
  /** What its settings promise and its pods don't show, and by whom as far as it can be told. */
  overruled?: string;
  /** How far a restart that is under way has come. */
  progress?: string;
}

/** How many workloads and pods are in each state. */
export type Counts = Record<WorkloadState, { workloads: number; pods: number }>;

export function countsOf(status: Pick<MeshStatus, "namespaces">): Counts {
  const counts = Object.fromEntries(
    workloadStates.map((state) => [state, { workloads: 0, pods: 0 }]),
  ) as Counts;
  for (const { workloads } of status.namespaces) {
    for (const { state, pods } of workloads) {
      counts[state].workloads++;
      counts[state].pods += pods;
    }
  }
  return counts;
}
