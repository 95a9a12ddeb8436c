import type { PlannedLayers } from "../../ask/askPlanned.js";
import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import type { Layers } from "../../levels/Layer.js";
import type { Rollout } from "../../levels/RolloutOptions.js";
import { type ReachingRollout, rolloutReaching } from "../../levels/rolloutReaching.js";
import type { Difference } from "../../pod/differences.js";
import type { SidecarFields } from "../../pod/sidecarFields.js";
import type { CanonicalSettings } from "../../settings/canonicalSettings.js";
import type { Annotations } from "./rolloutAnnotations.js";

/** What a restart would change for one workload. */
export interface Assessment {
  namespace: string;
  workload: Workload;
  /** `Deployment/api`. */
  name: string;
  pods: number;
  /** The distinct stamps of its pods. */
  stamps?: (string | undefined)[];
  /** A new pod's stamp, from the injector's answer; left out if the injector was not asked. */
  given?: { stamp?: string };
  /** What its pods should have by the injector's data, and the settings planned for them. */
  due?: Pick<NamespaceSettings, "stamp" | "planned">;
  /** Settings that its pods don't show, and who overrules them if known; left out if there are none, or nobody checked. */
  overruled?: string;
  /** Labels of a pod as the injector sees it, a stale one if there is any: they decide whose settings and options apply. */
  labels?: Readonly<Record<string, string>>;
  /** Those of them that policies add. */
  added?: Readonly<Record<string, string>>;
  verdict:
    | { is: "current" }
    /** `left`: why some of its stale pods won't be replaced, or don't get settings that they seem to be selected for. */
    | { is: "stale"; stalePods: number; podNames: string[]; differences: Difference[]; left?: string }
    /** Settings changed, but the pod's own annotations or containers override all that did. */
    | { is: "masked" }
    /** Stale, but Kubernetes won't replace its pods. */
    | { is: "held"; why: string }
    /** Its pods have other settings than they should, but no dry run shows what a restart would change. */
    | { is: "unknown"; why: string }
    /** Admission would deny its pods with the planned settings, and doesn't without them. */
    | { is: "refused"; why: string };
}

/** Planned settings that are not written yet. */
export interface PlannedSettings extends PlannedLayers {
  /** A pod group's effective settings, Istio's installation included, before and after the change. */
  before: CanonicalSettings;
  after: CanonicalSettings;
}

/** The settings of a namespace, against which its workloads are assessed. */
export interface NamespaceSettings {
  /** The Istio revision whose injector has the settings. */
  revision: string;
  /** The stamp that the injector sets on pods there; undefined without settings. */
  stamp: string | undefined;
  /** Settings that are not written yet; undefined if the injector's answers are those of the settings already. */
  planned: PlannedSettings | undefined;
  /** Overrides for pods with these labels, if workload layers select some. */
  forLabels?: (
    labels: Readonly<Record<string, string>>,
  ) => Pick<NamespaceSettings, "stamp" | "planned" | "restartOn" | "strategy">;
  /** The names of labels that workload layers select by; left out if there are no such layers. */
  selecting?: ReadonlySet<string>;
  /** The namespace's own annotations, which may control rollouts. */
  annotations?: Annotations;
  /** The settings that a pod as created by its controller should have and these fields don't show; undefined if none. */
  overruled?: (made: PodTemplate, shown: SidecarFields) => string | undefined;
  /** Whether pods with these annotations get the template that has the settings. Default: all do. */
  getsSettings?: (annotations?: Readonly<Record<string, string>>) => boolean;
  /** Whether to check that on all workloads, not only those that the injector is asked about. Default: no. */
  looksForOverruled?: boolean;
  /** The pod as istiod itself injects it, for when admission denies it for other reasons; undefined if no istiod can be asked. */
  askIstiod?: (namespace: string, pod: PodTemplate) => Promise<Pod | undefined>;
  /** Differences besides settings that count. Default: none. */
  restartOn?: Rollout["restartOn"];
  /** How pods are replaced: evictions also reach workloads that are held for restarts. Default: restart. */
  strategy?: Rollout["strategy"];
}

/** Whether a restart would change nothing. */
export function isAtRest({ verdict }: Pick<Assessment, "verdict">): boolean {
  return verdict.is === "current" || verdict.is === "masked";
}

/** The options for an assessed workload, of all levels that reach its pods. */
export function rolloutFor({ namespace, labels, workload }: Assessment, layers: Layers): ReachingRollout {
  return rolloutReaching(layers, namespace, labels ?? workload.spec.template?.metadata?.labels);
}

/** The settings that a pod should have: none where its templates have no settings, as a gateway's. */
export function settingsFor(
  settings: NamespaceSettings,
  { labels = {}, annotations }: Pick<ObjectMeta, "labels" | "annotations">,
): NamespaceSettings {
  const picked = { ...settings, ...settings.forLabels?.(labels) };
  if (settings.getsSettings?.(annotations) !== false) return picked;
  return { ...picked, stamp: undefined, planned: undefined };
}
