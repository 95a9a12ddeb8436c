import { grouped } from "../data/grouped.js";
import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import type { Difference } from "../pod/differences.js";

/** The status of a mesh at one time: plain data, from which every report is made. */
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
  /** What could not be checked, and why. */
  notes: string[];
}

interface InjectorStatus {
  /** `istio-system/istio-sidecar-injector`. */
  configMap: string;
  revision: string;
  /** Istio's version, if the Helm values have it. */
  istio?: string;
  /** How many layers of ours it has. */
  layers: number;
}

export interface NamespaceStatus {
  name: string;
  revision: string;
  /** Owner of the namespace's layer; undefined without settings of its own. */
  owner?: string;
  /** The settings of new pods, and the level that each value comes from. */
  settings: EffectiveSettings;
  /** Workload settings in the namespace, the weakest first; left out if there are none. */
  workloadSettings?: WorkloadSettingsStatus[];
  workloads: WorkloadStatus[];
}

/** A workload layer, and the settings of new pods that it selects and no other one does. */
interface WorkloadSettingsStatus {
  name: string;
  owner: string;
  /** In kubectl's syntax: `app=api,tier in (a,b)`. */
  selector: string;
  priority: number;
  settings: EffectiveSettings;
}

/** From what needs attention most to what needs none. */
export const workloadStates = ["stale", "waiting", "unmanaged", "unknown", "masked", "current"] as const;

/**
 * `current`: its sidecars are what the injector gives. `stale`: they differ, and `pulumi up` restarts it. `waiting`: stale, but not
 * restarted now, for the reason in `why`. `masked`: settings changed since, but the pods' own annotations override all that did.
 * `unmanaged`: pods with earlier settings that no restart replaces. `unknown`: it could not be determined.
 */
export type WorkloadState = (typeof workloadStates)[number];

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
  /** Why some of its stale pods won't be replaced when it restarts. */
  left?: string;
  /** Settings that its pods' own annotations or containers override. */
  decidedByPod?: string[];
  /** Settings that its pods don't show, and who overrules them if known. */
  overruled?: string;
  /** The progress of a restart that is under way. */
  progress?: string;
}

/** How many workloads are in a state, and how many pods they have. */
interface StateCount {
  state: WorkloadState;
  workloads: number;
  pods: number;
}

/** The states that occur, in the order of `workloadStates`. */
export function statesIn({ namespaces }: Pick<MeshStatus, "namespaces">): StateCount[] {
  const byState = grouped(
    namespaces.flatMap(({ workloads }) => workloads),
    ({ state }) => state,
  );
  return workloadStates.flatMap((state) => {
    const its = byState.get(state);
    const pods = its?.reduce((sum, one) => sum + one.pods, 0) ?? 0;
    return its ? [{ state, workloads: its.length, pods }] : [];
  });
}

/** Whether something is to be done, or to be found out. */
export function needsAttention({ state }: { state: WorkloadState }): boolean {
  return state !== "current" && state !== "masked";
}
