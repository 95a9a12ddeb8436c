import { isMissingRight, type KubernetesApi, type ObjectMeta } from "../cluster/KubernetesApi.js";
import { count } from "../data/count.js";
import { explainSidecar, type SidecarExplanation } from "../explain/explainSidecar.js";
import { readInjector, revisionOf } from "../injector/Injector.js";
import { restartSentence } from "../pod/differences.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { type Assessment, settingsFor } from "../rollout/observe/Assessment.js";
import { assessNamespace } from "../rollout/observe/assess.js";
import { type Current, currentSettings, settingsThere } from "../rollout/observe/settingsThere.js";
import { annotationsIfAllowed } from "./annotationsIfAllowed.js";
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
  const other = injector.revision !== sidecar.revision;
  const {
    stale,
    waiting,
    overruled,
    labels: made,
    added,
  } = other ? {} : await comparedToPods(api, namespace, sidecar.pods, current, sidecar.revision, now);
  // a running pod has labels from the injector, too, which picked its settings before
  const labels = found.name.startsWith("Pod/") ? made : { ...template.metadata?.labels, ...added };
  const seen = {
    ...template,
    metadata: { ...template.metadata, ...(labels ? { labels: { ...labels } } : {}) },
  };
  const explanation = explainSidecar(seen, { namespace, ...current });
  const notes = [
    ...(found.note === undefined ? [] : [found.note]),
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
): Promise<Pick<ExplainedSidecar, "stale" | "waiting"> & Pick<Assessment, "overruled" | "labels" | "added">> {
  const settings = { ...settingsThere(current, namespace, revision), looksForOverruled: true };
  try {
    const [assessed] = await assessNamespace(api, namespace, pods, settings);
    const known = {
      ...(assessed?.overruled === undefined ? {} : { overruled: assessed.overruled }),
      ...(assessed?.labels === undefined ? {} : { labels: assessed.labels }),
      ...(assessed?.added === undefined ? {} : { added: assessed.added }),
    };
    const { is = "unknown" } = assessed?.verdict ?? {};
    if (assessed && (is === "stale" || is === "held")) {
      const annotations = await annotationsIfAllowed(api, namespace);
      const status = workloadStatus(assessed, { ...settings, annotations }, current, now);
      const { differences, stalePods, why } = status;
      return {
        ...known,
        stale: differences
          ? restartSentence(stalePods ?? assessed.pods, differences)
          : count(assessed.pods, "pod"),
        ...(why === undefined ? {} : { waiting: why }),
      };
    }
    // pods of other owners are not assessed
    if (assessed && is !== "unknown") return known;
  } catch (error) {
    if (!isMissingRight(error)) throw error;
  }
  const stale = pods.filter(
    (pod) => pod.annotations?.[stampAnnotation] !== settingsFor(settings, pod).stamp,
  ).length;
  return stale === 0 ? {} : { stale: `${stale} of ${pods.length} pods were created with other settings` };
}
