import { ApiError, isMissingRight, type KubernetesApi, type ObjectMeta } from "../cluster/KubernetesApi.js";
import { explainSidecar, type SidecarExplanation } from "../explain/explainSidecar.js";
import { readInjector, revisionOf } from "../injector/Injector.js";
import { layersFor } from "../levels/layersReaching.js";
import { effectiveOf } from "../levels/Profile.js";
import { rolloutReaching } from "../levels/rolloutReaching.js";
import { podsText, restartSentence } from "../pod/differences.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { assessNamespace } from "../rollout/observe/assess.js";
import { namespaceAnnotations } from "../rollout/observe/namespaceAnnotations.js";
import type { Annotations } from "../rollout/observe/rolloutAnnotations.js";
import { type Current, currentSettings, settingsThere } from "../rollout/observe/settingsThere.js";
import { withRolloutOptions } from "../rollout/policy/withRolloutOptions.js";
import type { FoundTemplate } from "./findPodTemplate.js";
import { findSidecar } from "./findSidecar.js";
import { workloadStatus } from "./workloadStatus.js";

export interface ExplainedSidecar {
  /** `shop/Deployment/api`. */
  name: string;
  /** Left out if there is no sidecar. */
  revision?: string;
  /** How many of the pods have other settings, and which settings. */
  stale?: string;
  /** Why they are not restarted now. */
  waiting?: string;
  explanation: SidecarExplanation;
}

/** Explains a sidecar by the injector that injected it, or by that of `revision`. */
export async function explainFound(
  api: KubernetesApi,
  found: FoundTemplate,
  injectorNamespace: string,
  revision: string | undefined,
  now: number,
): Promise<ExplainedSidecar> {
  const name = `${found.namespace}/${found.name}`;
  const sidecar = await findSidecar(api, found);
  if ("none" in sidecar)
    return { name, explanation: { settings: [], warnings: [], unaffected: sidecar.none } };
  const injector = { namespace: injectorNamespace, revision: revision ?? sidecar.revision };
  const { data } = await readInjector(api, injector);
  const current = currentSettings(data);
  const { namespace, template } = found;
  const explanation = explainSidecar(template, { namespace, ...current });
  const other = injector.revision !== sidecar.revision;
  const { stale, waiting, overruled } = other
    ? {}
    : await comparedToPods(api, namespace, sidecar.pods, current, sidecar.revision, now);
  const notes = [
    ...(sidecar.note === undefined ? [] : [sidecar.note]),
    ...(overruled === undefined ? [] : [overruled]),
    ...(other ? [`revision ${sidecar.revision} injected its pods, not ${revisionOf(injector)}`] : []),
  ];
  return {
    name,
    revision: revisionOf(injector),
    ...(stale === undefined ? {} : { stale }),
    ...(waiting === undefined ? {} : { waiting }),
    explanation: { ...explanation, warnings: [...notes, ...explanation.warnings] },
  };
}

async function comparedToPods(
  api: KubernetesApi,
  namespace: string,
  pods: readonly ObjectMeta[],
  current: Current,
  revision: string,
  now: number,
): Promise<Pick<ExplainedSidecar, "stale" | "waiting"> & { overruled?: string }> {
  const { layers, installed } = current;
  const there = { ...settingsThere(current, {}, namespace, revision), looksForOverruled: true };
  const settings = withRolloutOptions(there, layers, namespace);
  try {
    const [assessed] = await assessNamespace(api, namespace, pods, settings);
    const overruled = assessed?.overruled === undefined ? {} : { overruled: assessed.overruled };
    const { is = "unknown" } = assessed?.verdict ?? {};
    if (assessed && (is === "stale" || is === "held")) {
      const labels = assessed.labels ?? assessed.workload.spec.template?.metadata?.labels;
      const { differences, stalePods, why } = workloadStatus(
        assessed,
        { ...settings, ...assessed.due, annotations: await annotationsIfAllowed(api, namespace) },
        now,
        effectiveOf({ installed, ...layersFor(layers, namespace, labels) }),
        rolloutReaching(layers, namespace, labels),
      );
      return {
        ...overruled,
        stale: differences
          ? restartSentence(stalePods ?? assessed.pods, differences)
          : podsText(assessed.pods),
        ...(why === undefined ? {} : { waiting: why }),
      };
    }
    // pods of other owners are not assessed
    if (assessed && is !== "unknown") return overruled;
  } catch (error) {
    if (!(error instanceof ApiError) || !isMissingRight(error)) throw error;
  }
  const due = (pod: ObjectMeta) => (settings.forLabels?.(pod.labels ?? {}) ?? settings).stamp;
  const stale = pods.filter((pod) => pod.annotations?.[stampAnnotation] !== due(pod)).length;
  return stale === 0 ? {} : { stale: `${stale} of ${pods.length} pods were created with other settings` };
}

// the namespace's annotations are useful, but not a reason to fail
async function annotationsIfAllowed(api: KubernetesApi, namespace: string): Promise<Annotations> {
  return namespaceAnnotations(api, namespace).catch((error: unknown) => {
    if (!(error instanceof ApiError) || !isMissingRight(error)) throw error;
    return {};
  });
}
