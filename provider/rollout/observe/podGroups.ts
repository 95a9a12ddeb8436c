import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Workload } from "../../cluster/workloads.js";
import { canonicalJson } from "../../data/canonicalJson.js";
import { podAsMade } from "../../pod/asControllerMakes/podAsMade.js";
import { type NamespaceSettings, settingsFor } from "./Assessment.js";

/** Pods of a workload that should have the same settings. */
export interface PodGroup {
  settings: NamespaceSettings;
  /** Labels of one of them, as the injector sees it. */
  labels: Readonly<Record<string, string>>;
  pods: ObjectMeta[];
}

/**
 * Groups a workload's pods by their settings: a selector may match single pods of a StatefulSet, by labels that its controller adds.
 * `added`: labels that policies add to new pods.
 */
export function podGroups(
  workload: Workload,
  pods: readonly ObjectMeta[],
  settings: NamespaceSettings,
  added: Readonly<Record<string, string>>,
): PodGroup[] {
  const [sample] = pods;
  if (!sample) return [];
  const groupOf = (pod: ObjectMeta, all: ObjectMeta[]): PodGroup => {
    const { annotations, labels: own } = podAsMade(workload, { metadata: pod }).metadata;
    const labels = { ...own, ...added };
    return { settings: settingsFor(settings, { labels, annotations }), labels, pods: all };
  };
  if (workload.kind !== "StatefulSet" || !settings.forLabels) return [groupOf(sample, [...pods])];
  const groups = new Map<string, PodGroup>();
  for (const pod of pods) {
    const group = groupOf(pod, [pod]);
    const { stamp, planned, strategy, restartOn } = group.settings;
    const key = canonicalJson([stamp, planned?.before, planned?.after, strategy, restartOn]);
    const known = groups.get(key);
    if (known) known.pods.push(pod);
    else groups.set(key, group);
  }
  return [...groups.values()];
}

/** One value for the stamps of all groups. */
export function joinedGroupStamps(stamps: readonly (string | undefined)[]): string | undefined {
  const known = [...new Set(stamps)].filter((stamp) => stamp !== undefined).sort();
  return known.length > 0 ? known.join("+") : undefined;
}
