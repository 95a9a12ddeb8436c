import type { Pod, PodTemplate } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import type { Rollout } from "../../levels/RolloutOptions.js";
import type { Difference } from "../../pod/differences.js";
import type { SidecarFields } from "../../pod/sidecarFields.js";
import type { PlannedSettings } from "./PlannedSettings.js";
import type { Annotations } from "./rolloutAnnotations.js";

/** What a restart would do for one workload of a namespace. */
export interface Assessment {
  namespace: string;
  workload: Workload;
  /** `Deployment/api`. */
  name: string;
  pods: number;
  /** Those that its pods have, each once. */
  stamps?: (string | undefined)[];
  /** What a new pod is given, as the injector says; left out where it was not asked. */
  given?: { stamp?: string };
  /** What its pods are due by the injector's data, and what is planned for them. */
  due?: Pick<NamespaceSettings, "stamp" | "planned">;
  /** What settings promise and its pods don't show, and by whom as far as it can be told; left out where that is nothing, or nobody looked. */
  overruled?: string;
  /** Labels of a stale pod, as its controller makes it: whose options hold. */
  labels?: Readonly<Record<string, string>>;
  verdict:
    | { is: "current" }
    /** `left`: why some of its other stale pods stay as they are. */
    | { is: "stale"; stalePods: number; podNames: string[]; differences: Difference[]; left?: string }
    /** Settings changed, but the pod's own annotations or containers win in each of them. */
    | { is: "masked" }
    /** Stale, but Kubernetes would not replace its pods. */
    | { is: "held"; why: string }
    /** Pods with other settings than are due, and no dry run tells what a restart would change. */
    | { is: "unknown"; why: string }
    /** With the planned settings its pods would be denied, and they are not now. */
    | { is: "refused"; why: string };
}

/** What is known of a namespace's settings when its workloads are looked at. */
export interface NamespaceSettings {
  /** The revision of Istio whose injector has the settings. */
  revision: string;
  /** The stamp that the injector gives pods there; undefined without settings. */
  stamp: string | undefined;
  /** Settings that are planned and not in the injector yet; undefined when the injector can be asked for the truth. */
  planned: PlannedSettings | undefined;
  /** What is different for pods with these labels, where workload layers pick some. */
  forLabels?: (
    labels: Readonly<Record<string, string>>,
  ) => Pick<NamespaceSettings, "stamp" | "planned" | "restartOn" | "strategy">;
  /** Annotations of the namespace itself, where workloads may be told how to be rolled out. */
  annotations?: Annotations;
  /** What a pod as its controller makes it is promised and does not show among these fields; undefined for nothing. */
  overruled?: (made: PodTemplate, shown: SidecarFields) => string | undefined;
  /** Whether to look for that on all workloads, not just on those that the injector is asked about. Default: no. */
  looksForOverruled?: boolean;
  /** What an istiod itself gives a pod, where admission denies it for reasons of its own; undefined where none can be asked. */
  askIstiod?: (namespace: string, pod: PodTemplate) => Promise<Pod | undefined>;
  /** What else than settings counts as a difference. Default: nothing. */
  restartOn?: Rollout["restartOn"];
  /** By how pods are replaced, an owner may be held or not. Default: restart. */
  strategy?: Rollout["strategy"];
}

/** The settings of pods with these labels. */
export function settingsFor(
  settings: NamespaceSettings,
  labels: Readonly<Record<string, string>> = {},
): NamespaceSettings {
  return settings.forLabels ? { ...settings, ...settings.forLabels(labels) } : settings;
}
