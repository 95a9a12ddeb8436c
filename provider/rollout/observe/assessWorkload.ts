import { injectingRevision } from "../../cluster/injectingRevision.js";
import type { KubernetesApi, ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Pod } from "../../cluster/podTemplate.js";
import { type Workload, workloadName } from "../../cluster/workloads.js";
import { podAsMade } from "../../pod/asControllerMakes/podAsMade.js";
import { sidecarFields } from "../../pod/sidecarFields.js";
import { type Assessment, type NamespaceSettings, settingsFor } from "./Assessment.js";
import { addedLabels, unreachedByLabel } from "./addedLabels.js";
import { type GroupVerdict, groupVerdict, isSettled, stampOn } from "./groupVerdict.js";
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
  const areSettled = groups.every(isSettled);
  const verdicts: GroupVerdict[] = [];
  if (!areSettled && !workload.spec.workloadRef)
    for (const group of groups)
      verdicts.push(await groupVerdict(api, namespace, workload, group, runningPods));
  const [overruledNext] = verdicts.flatMap((verdict) =>
    "overruled" in verdict && verdict.overruled !== undefined ? [verdict.overruled] : [],
  );
  const overruled =
    overruledNext ??
    (settings.looksForOverruled ? await overruledOn(workload, pods, settings, runningPods) : undefined);
  const given = givenBy(verdicts);
  const stale = groups[verdicts.findIndex(({ is }) => is === "stale")];
  const { labels } = stale ?? groups[0] ?? {};
  const unreached = unreachedByLabel(workload, pods, settings, added);
  return {
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
    ...(labels ? { labels } : {}),
    ...(given ? { given } : {}),
    ...(overruled === undefined ? {} : { overruled }),
    verdict: areSettled
      ? settled("current", unreached)
      : workloadVerdict(workload, verdicts, (stale?.settings ?? settings).strategy, unreached),
  };
}

/** `unreached`: why some settings don't reach new pods, if there are any that don't. */
function settled(is: "current" | "masked", unreached: string | undefined): Assessment["verdict"] {
  return unreached === undefined ? { is } : { is: "held", why: unreached };
}

function workloadVerdict(
  workload: Workload,
  verdicts: readonly GroupVerdict[],
  strategy: NamespaceSettings["strategy"],
  unreached: string | undefined,
): Assessment["verdict"] {
  const refused = verdicts.find((verdict) => verdict.is === "refused");
  if (refused) return refused;
  const stale = verdicts.flatMap((verdict) => (verdict.is === "stale" ? verdict.stale : []));
  const [first] = stale;
  const held = heldReason(workload, strategy);
  if (held !== undefined && (first || workload.spec.workloadRef)) return { is: "held", why: held };
  if (!first)
    return (
      verdicts.find((verdict) => verdict.is === "unknown") ??
      verdicts.find((verdict) => verdict.is === "held") ??
      settled(verdicts.some(({ is }) => is === "masked") ? "masked" : "current", unreached)
    );
  // a restart doesn't replace pods below the partition: left in, they would look like a lagging injector
  const replaced = stale.filter(({ pod }) => strategy === "evict" || !isBelowPartition(workload, pod));
  const { partition } = workload.spec.updateStrategy?.rollingUpdate ?? {};
  const below = `updateStrategy partition ${partition}: its pods below ${firstReplaced(workload)} are replaced when deleted`;
  if (replaced.length === 0) return { is: "held", why: below };
  const left = replaced.length < stale.length ? below : unreached;
  return {
    is: "stale",
    stalePods: replaced.length,
    podNames: replaced.map(({ pod }) => pod),
    differences: first.found,
    ...(left === undefined ? {} : { left }),
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
  const shown = running && sidecarFields(running);
  return shown && settings.overruled?.(podAsMade(workload, { metadata: newest }), shown);
}

function givenBy(verdicts: readonly GroupVerdict[]): Assessment["given"] {
  const given = verdicts.map((verdict) => ("given" in verdict ? verdict.given : undefined));
  if (given.length === 0 || given.some((one) => one === undefined)) return undefined;
  const stamp = joinedGroupStamps(given.map((one) => one?.stamp));
  return stamp === undefined ? {} : { stamp };
}
