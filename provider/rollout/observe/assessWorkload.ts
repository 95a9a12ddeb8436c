import { injectingRevision } from "../../cluster/injectingRevision.js";
import type { KubernetesApi, ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Pod } from "../../cluster/podTemplate.js";
import { type Workload, workloadName } from "../../cluster/workloads.js";
import { type Assessment, type NamespaceSettings, settingsFor } from "./Assessment.js";
import { addedLabels, unreachedByLabel } from "./addedLabels.js";
import { type GroupVerdict, groupVerdict, isSettled, stampOn } from "./groupVerdict.js";
import { overruledOnPod } from "./overruledOnPod.js";
import { joinedGroupStamps, podGroups } from "./podGroups.js";
import { firstReplaced, heldReason, isBelowPartition } from "./rolloutStatus.js";

/** `runningPods`: the namespace's pods by name, listed only if stamps don't decide. */
export async function assessWorkload(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  pods: readonly ObjectMeta[],
  settings: NamespaceSettings,
  runningPods: () => Promise<ReadonlyMap<string, Pod>>,
): Promise<Assessment> {
  const added = await addedLabels(api, namespace, workload, pods, settings);
  const groups = podGroups(workload, pods, settings, added);
  const about: Omit<Assessment, "verdict"> = {
    namespace,
    workload,
    name: workloadName(workload),
    pods: pods.length,
    stamps: [...new Set(pods.map(stampOn))],
    added,
    due: {
      stamp: joinedGroupStamps(groups.map((group) => group.settings.stamp)),
      planned: groups[0]?.settings.planned,
    },
  };
  if (settings.looksForOverruled) {
    const overruled = await overruledOn(workload, pods, settings, runningPods);
    if (overruled !== undefined) about.overruled = overruled;
  }
  const [group] = groups;
  if (group) about.labels = group.labels;
  const unreached = unreachedByLabel(workload, pods, settings, added);
  const settled = (is: "current" | "masked"): Assessment => ({
    ...about,
    verdict: unreached === undefined ? { is } : { is: "held", why: unreached },
  });
  if (groups.every(isSettled)) return settled("current");
  if (workload.spec.workloadRef)
    return { ...about, verdict: { is: "held", why: heldReason(workload) ?? "its template is elsewhere" } };
  const verdicts: GroupVerdict[] = [];
  for (const group of groups) verdicts.push(await groupVerdict(api, namespace, workload, group, runningPods));
  const [overruled] = verdicts.flatMap((verdict) =>
    "overruled" in verdict && verdict.overruled !== undefined ? [verdict.overruled] : [],
  );
  if (overruled !== undefined) about.overruled = overruled;
  const given = givenBy(verdicts);
  if (given) about.given = given;
  const staleGroup = groups[verdicts.findIndex(({ is }) => is === "stale")];
  if (staleGroup) about.labels = staleGroup.labels;
  const stale = verdicts.flatMap((verdict) => (verdict.is === "stale" ? verdict.stale : []));
  const refused = verdicts.find((verdict) => verdict.is === "refused");
  if (refused) return { ...about, verdict: refused };
  const [first] = stale;
  if (!first) {
    const unknown = verdicts.find((verdict) => verdict.is === "unknown");
    if (unknown) return { ...about, verdict: unknown };
    const moved = verdicts.find((verdict) => verdict.is === "held");
    if (moved) return { ...about, verdict: moved };
    return settled(verdicts.some((verdict) => verdict.is === "masked") ? "masked" : "current");
  }
  const { strategy } = staleGroup?.settings ?? settings;
  const held = heldReason(workload, strategy);
  if (held) return { ...about, verdict: { is: "held", why: held } };
  // a restart doesn't replace pods below the partition: left in, they would look like a lagging injector
  const replaced = stale.filter(({ pod }) => strategy === "evict" || !isBelowPartition(workload, pod));
  const { partition } = workload.spec.updateStrategy?.rollingUpdate ?? {};
  const below = `updateStrategy partition ${partition}: its pods below ${firstReplaced(workload)} are replaced when deleted`;
  if (replaced.length === 0) return { ...about, verdict: { is: "held", why: below } };
  const left = replaced.length < stale.length ? below : unreached;
  return {
    ...about,
    verdict: {
      is: "stale",
      stalePods: replaced.length,
      podNames: replaced.map(({ pod }) => pod),
      differences: first.found,
      ...(left === undefined ? {} : { left }),
    },
  };
}

/** The settings that up-to-date pods should have and don't show. */
async function overruledOn(
  workload: Workload,
  pods: readonly ObjectMeta[],
  settings: NamespaceSettings,
  runningPods: () => Promise<ReadonlyMap<string, Pod>>,
): Promise<string | undefined> {
  const newest = pods.find(
    (pod) =>
      injectingRevision(pod) === settings.revision &&
      stampOn(pod) !== undefined &&
      stampOn(pod) === settingsFor(settings, pod).stamp,
  );
  const running = newest && (await runningPods()).get(newest.name);
  return running && overruledOnPod(workload, { ...running, metadata: newest }, settings);
}

function givenBy(verdicts: readonly GroupVerdict[]): Assessment["given"] {
  const given = verdicts.map((verdict) => ("given" in verdict ? verdict.given : undefined));
  if (given.some((one) => one === undefined)) return undefined;
  const stamp = joinedGroupStamps(given.map((one) => one?.stamp));
  return stamp === undefined ? {} : { stamp };
}
