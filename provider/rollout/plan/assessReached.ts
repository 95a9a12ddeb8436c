import { injectedPods } from "../../cluster/injectedPods.js";
import { injectingRevision } from "../../cluster/injectingRevision.js";
import type { KubernetesApi, ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { PodTemplate } from "../../cluster/podTemplate.js";
import { forEachLimit } from "../../data/forEachLimit.js";
import type { Coordinator } from "../../injector/Coordinator.js";
import { revisionOf } from "../../injector/Injector.js";
import type { FormerLayer } from "../../injector/LayerHistory.js";
import { isWorkloadTarget, type Layers, layerAt, namespaceOf } from "../../levels/Layer.js";
import { layersNear } from "../../levels/layersReaching.js";
import { rolloutReaching } from "../../levels/rolloutReaching.js";
import { selects } from "../../levels/selector.js";
import { isAtRest, rolloutFor } from "../observe/Assessment.js";
import { assessNamespace } from "../observe/assess.js";
import { namespaceAnnotations } from "../observe/rolloutAnnotations.js";
import { currentSettings, settingsThere } from "../observe/settingsThere.js";
import { unmanagedPods } from "../observe/unmanagedPods.js";
import type { Unmanaged } from "../policy/Unmanaged.js";
import type { Restart } from "./Restart.js";

/** What a level's rollout has to deal with. */
export interface Assessed {
  restarts: Restart[];
  unmanaged: Unmanaged[];
  /** The revisions that injected the namespace's pods, if the layer's injector injected none of them. */
  otherRevisions?: readonly string[];
}

interface AssessOptions {
  /** Layers that are about to be written. */
  planned?: Layers;
  /** The target's layer before, whose pods are still to be restarted. */
  former?: FormerLayer | undefined;
  onProgress?: (checked: number, all: number) => void;
}

export function hasWork({ restarts, unmanaged }: Assessed): boolean {
  return restarts.some(({ assessment }) => !isAtRest(assessment)) || unmanaged.length > 0;
}

/**
 * Assesses every workload that a target's layer reaches, against what the injector gives now, or will give once the planned layers are
 * written.
 */
export async function assessReached(
  coordinator: Coordinator,
  api: KubernetesApi,
  target: string,
  { planned = {}, former = {}, onProgress = () => {} }: AssessOptions = {},
): Promise<Assessed> {
  const data = await coordinator.data(api);
  const pods = data && (await injectedPods(api, namespaceOf(target)));
  if (!pods || pods.size === 0) return { restarts: [], unmanaged: [] };
  const revision = revisionOf(coordinator.injector);
  const otherRevisions = otherThan(revision, pods.get(namespaceOf(target) ?? "") ?? []);
  const current = currentSettings(data);
  const { removed } = coordinator.history;
  const isReached = reachedBy(target, [removed, current.layers, planned], former);
  const inNamespace = async (namespace: string, all: readonly ObjectMeta[]): Promise<Assessed> => {
    // the options of layers removed in the same `up` or `destroy` still apply
    const levels = layersNear(namespace, removed, current.layers, planned);
    const namespaceSettings = {
      ...settingsThere(current, namespace, revision, {
        planned: plannedAt(target, planned),
        others: planned,
        removed,
      }),
      askIstiod: (at: string, pod: PodTemplate) => coordinator.askIstiod(api, at, pod),
    };
    const assessments = await assessNamespace(api, namespace, all, namespaceSettings, isReached);
    const reached = all.filter(isReached);
    const others = await unmanagedPods(api, namespace, reached, assessments, namespaceSettings);
    // most namespaces of a large mesh have nothing to restart: spare reading them
    const settings =
      assessments.every(isAtRest) && others.length === 0
        ? namespaceSettings
        : { ...namespaceSettings, annotations: await namespaceAnnotations(api, namespace) };
    return {
      restarts: assessments.map((assessment) => ({
        assessment,
        settings: { ...settings, ...assessment.due },
        rollout: rolloutFor(assessment, levels),
      })),
      unmanaged: others.map((found) => ({
        found,
        settings,
        rollout: rolloutReaching(levels, namespace, found.labels),
      })),
    };
  };
  const found = new Map<string, Assessed>();
  const namespaces = [...pods.keys()];
  await forEachLimit(namespaces, namespacesAtOnce, async (namespace) => {
    const all = pods.get(namespace) ?? [];
    // a large mesh's pods need not all stay in memory until the last namespace is assessed
    pods.delete(namespace);
    found.set(namespace, await inNamespace(namespace, all));
    onProgress(found.size, namespaces.length);
  });
  const ordered = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return {
    restarts: ordered.flatMap(({ restarts }) => restarts),
    unmanaged: ordered.flatMap(({ unmanaged }) => unmanaged),
    ...(otherRevisions.length > 0 ? { otherRevisions } : {}),
  };
}

/** Which revisions injected the pods, if this one injected none. */
function otherThan(revision: string, pods: readonly ObjectMeta[]): readonly string[] {
  const found = new Set(pods.flatMap((pod) => injectingRevision(pod) ?? []));
  return found.has(revision) ? [] : [...found].sort();
}

const namespacesAtOnce = 3;

/** Whether a layer is for a pod: a workload layer is for those that its selector matches, or matched before. */
function reachedBy(
  target: string,
  levels: readonly Layers[],
  former: FormerLayer,
): (pod: Pick<ObjectMeta, "labels">) => boolean {
  if (!isWorkloadTarget(target)) return () => true;
  const pickers = [former.picks, ...levels.map((layers) => layerAt(layers, target)?.picks)].filter(
    (picks) => picks !== undefined,
  );
  return ({ labels = {} }) => pickers.some(({ selector }) => selects(selector, labels));
}

/**
 * The planned layer of the rollout's own level. Changes of other levels are shown by their own rollouts: which of those were checked before
 * this one is chance, and a preview must not depend on it.
 */
function plannedAt(target: string, planned: Layers): Layers {
  const layer = layerAt(planned, target);
  return layer ? { [target]: layer } : {};
}
