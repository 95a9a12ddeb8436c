import { admittedPod } from "../../cluster/dryRunPod.js";
import type { KubernetesApi, ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Workload } from "../../cluster/workloads.js";
import { withoutSidecar } from "../../injector/askInjector.js";
import { podAsMade } from "../../pod/asControllerMakes/podAsMade.js";
import { type NamespaceSettings, settingsFor } from "./Assessment.js";

type Labels = Readonly<Record<string, string>>;

/**
 * Labels that policies add to a workload's new pods before the injector picks their settings. Asked for only if running pods have labels
 * that would pick other settings than their template's: people add some, too, and so does the injector, after it has picked.
 */
export async function addedLabels(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  pods: readonly ObjectMeta[],
  settings: NamespaceSettings,
): Promise<Labels> {
  const odd = pods.find((pod) => pickingLabels(workload, pod, settings).length > 0);
  if (!odd) return {};
  const { template } = withoutSidecar({ name: odd.name, template: podAsMade(workload, { metadata: odd }) });
  const answer = await admittedPod(api, namespace, template);
  if ("denied" in answer) return {};
  const asked = template.metadata?.labels ?? {};
  const given = Object.entries(answer.pod.metadata.labels ?? {});
  return Object.fromEntries(given.filter(([name, value]) => asked[name] !== value));
}

/** Why settings that are selected by a label of these pods don't reach new ones; undefined if they do. */
export function unreachedByLabel(
  workload: Workload,
  pods: readonly ObjectMeta[],
  settings: NamespaceSettings,
  added: Labels,
): string | undefined {
  const names = pods.flatMap((pod) => pickingLabels(workload, pod, settings, added));
  if (names.length === 0) return undefined;
  const labels = [...new Set(names)].sort().join(", ");
  return `select by a label of its pod template: ${labels} is only on running pods, so new ones get no settings by it`;
}

/** Labels of a running pod by which it would get settings that it does not get by those it is made with. */
function pickingLabels(
  workload: Workload,
  pod: ObjectMeta,
  settings: NamespaceSettings,
  added: Labels = {},
): string[] {
  const { selecting } = settings;
  if (!selecting) return [];
  const { annotations, labels } = podAsMade(workload, { metadata: pod }).metadata;
  const made = { ...labels, ...added };
  const others = Object.entries(pod.labels ?? {}).filter(
    ([name, value]) => selecting.has(name) && made[name] !== value,
  );
  if (others.length === 0) return [];
  const stamps = (some: Labels) =>
    settingsFor(settings, { labels: some, annotations }).stamp?.split(".") ?? [];
  const known = stamps(made);
  const isMore = stamps({ ...made, ...Object.fromEntries(others) }).some((stamp) => !known.includes(stamp));
  return isMore ? others.map(([name]) => name) : [];
}
