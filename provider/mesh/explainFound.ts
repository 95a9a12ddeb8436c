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
import { meshConfigured } from "./meshConfigured.js";
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
  const { assessed, stale, waiting }: Compared = other
    ? {}
    : await comparedToPods(api, namespace, sidecar.pods, current, sidecar.revision, now);
  // a running pod has labels from the injector, too, which picked its settings before
  const labels = found.name.startsWith("Pod/")
    ? assessed?.labels
    : { ...template.metadata?.labels, ...assessed?.added };
  const seen = {
    ...template,
    metadata: { ...template.metadata, ...(labels ? { labels: { ...labels } } : {}) },
  };
  const explanation = explainSidecar(seen, { namespace, ...current });
  const isOurs = !other && explanation.unaffected === undefined;
  const settings = [
    ...explanation.settings,
    ...(isOurs ? await meshConfigured(api, found, explanation.settings) : []),
  ];
  const notes = [
    found.note,
    sidecar.note,
    assessed?.overruled,
    other ? `revision ${sidecar.revision} injected its pods, not ${revisionOf(injector)}` : undefined,
  ].filter((note) => note !== undefined);
  return {
    name,
    revision: revisionOf(injector),
    ...(stale === undefined ? {} : { stale }),
    ...(waiting === undefined ? {} : { waiting }),
    explanation: { ...explanation, settings, warnings: [...notes, ...explanation.warnings] },
  };
}

/** What running pods show: how they were assessed, and what `ExplainedSidecar` has of it. */
interface Compared extends Pick<ExplainedSidecar, "stale" | "waiting"> {
  assessed?: Assessment;
}

async function comparedToPods(
  api: KubernetesApi,
  namespace: string,
  pods: readonly ObjectMeta[],
  current: Current,
  revision: string,
  now: number,
): Promise<Compared> {
  const settings = { ...settingsThere(current, namespace, revision), looksForOverruled: true };
  const [assessed] = await assessNamespace(api, namespace, pods, settings).catch((error: unknown) => {
    if (!isMissingRight(error)) throw error;
    return [];
  });
  // pods of other owners are not assessed
  if (!assessed || assessed.verdict.is === "unknown") {
    const stale = pods.filter(
      (pod) => pod.annotations?.[stampAnnotation] !== settingsFor(settings, pod).stamp,
    );
    return stale.length === 0
      ? {}
      : { stale: `${stale.length} of ${pods.length} pods were created with other settings` };
  }
  if (assessed.verdict.is !== "stale" && assessed.verdict.is !== "held") return { assessed };
  const annotations = await annotationsIfAllowed(api, namespace);
  const { differences, stalePods, why } = workloadStatus(
    assessed,
    { ...settings, annotations },
    current,
    now,
  );
  return {
    assessed,
    stale: differences
      ? restartSentence(stalePods ?? assessed.pods, differences)
      : count(assessed.pods, "pod"),
    ...(why === undefined ? {} : { waiting: why }),
  };
}
