import { dryRunPod } from "../cluster/dryRunPod.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import { ApiError, isMissingRight, type KubernetesApi, type ObjectMeta } from "../cluster/KubernetesApi.js";
import type { Pod } from "../cluster/podTemplate.js";
import { type Workload, workloadName } from "../cluster/workloads.js";
import { podAsMade } from "../pod/asControllerMakes/podAsMade.js";
import { stampAnnotation } from "../render/podAnnotations.js";
import type { Assessment, NamespaceSettings } from "./Assessment.js";
import { deletesBeforeCreating } from "./deletesBeforeCreating.js";
import { type Difference, differences } from "./differences.js";
import { joinedGroupStamps, type PodGroup, podGroups } from "./podGroups.js";
import { predictFields } from "./predictFields.js";
import { heldReason, isBelowPartition } from "./rolloutStatus.js";
import { imageFields, type SidecarFields, sidecarFields } from "./sidecarFields.js";

interface StalePod {
  pod: string;
  found: Difference[];
}

type GroupVerdict =
  | { is: "current"; given?: { stamp?: string } }
  | { is: "masked"; given?: { stamp?: string } }
  | { is: "stale"; stale: StalePod[]; given?: { stamp?: string } }
  | { is: "unknown"; why: string };

/** `podsInFull`: the namespace's pods by name, asked for only where stamps don't decide. */
export async function assessWorkload(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  pods: readonly ObjectMeta[],
  settings: NamespaceSettings,
  podsInFull: () => Promise<ReadonlyMap<string, Pod>>,
): Promise<Assessment> {
  const groups = podGroups(workload, pods, settings);
  const about: Omit<Assessment, "verdict"> = {
    namespace,
    workload,
    name: workloadName(workload),
    pods: pods.length,
    stamps: [...new Set(pods.map(stampOn))],
    due: {
      stamp: joinedGroupStamps(groups.map((group) => group.settings.stamp)),
      planned: groups[0]?.settings.planned,
    },
  };
  if (groups.every(isSettled)) return { ...about, verdict: { is: "current" } };
  if (workload.spec.workloadRef)
    return { ...about, verdict: { is: "held", why: heldReason(workload) ?? "its template is elsewhere" } };
  const verdicts: GroupVerdict[] = [];
  for (const group of groups) verdicts.push(await verdictOn(api, namespace, workload, group, podsInFull));
  const given = givenBy(verdicts);
  if (given) about.given = given;
  const staleGroup = groups[verdicts.findIndex(({ is }) => is === "stale")];
  if (staleGroup) about.labels = staleGroup.labels;
  const stale = verdicts.flatMap((verdict) => (verdict.is === "stale" ? verdict.stale : []));
  const [first] = stale;
  if (!first) {
    const unknown = verdicts.find((verdict) => verdict.is === "unknown");
    if (unknown) return { ...about, verdict: unknown };
    return {
      ...about,
      verdict: { is: verdicts.some((verdict) => verdict.is === "masked") ? "masked" : "current" },
    };
  }
  const { strategy } = staleGroup?.settings ?? settings;
  const held = heldReason(workload, strategy);
  if (held) return { ...about, verdict: { is: "held", why: held } };
  // a restart would leave them as they are, which would pass for an injector that lags
  const replaced = stale.filter(({ pod }) => strategy === "evict" || !isBelowPartition(workload, pod));
  const { partition } = workload.spec.updateStrategy?.rollingUpdate ?? {};
  const left = `updateStrategy partition ${partition}: its pods below ${partition} are replaced when deleted`;
  if (replaced.length === 0) return { ...about, verdict: { is: "held", why: left } };
  return {
    ...about,
    verdict: {
      is: "stale",
      stalePods: replaced.length,
      podNames: replaced.map(({ pod }) => pod),
      differences: first.found,
      ...(replaced.length < stale.length ? { left } : {}),
    },
  };
}

/**
 * Whether the stamps alone show that nothing is to be done. That includes pods without a stamp that are due no settings: what differs in
 * their sidecar is not ours.
 */
function isSettled(group: PodGroup): boolean {
  return isStamped(group) && (group.settings.include ?? []).length === 0;
}

function isStamped({ pods, settings }: PodGroup): boolean {
  return pods.every((pod) => stampOn(pod) === settings.stamp);
}

function stampOn({ annotations }: ObjectMeta): string | undefined {
  return annotations?.[stampAnnotation];
}

async function verdictOn(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  group: PodGroup,
  podsInFull: () => Promise<ReadonlyMap<string, Pod>>,
): Promise<GroupVerdict> {
  const { settings, pods } = group;
  const [sample] = pods;
  if (!sample || isSettled(group)) return { is: "current" };
  const include = settings.include ?? [];
  let asked: Pod;
  try {
    asked = await dryRunPod(api, namespace, podAsMade(workload, { metadata: sample }));
  } catch (error) {
    if (!(error instanceof ApiError) || isMissingRight(error)) throw error;
    return byStamps(workload, group, error);
  }
  const stamp = stampOn(asked.metadata);
  const given = stamp === undefined ? {} : { stamp };
  // another revision's pods are that revision's settings to change
  const shown = injectingRevision(asked.metadata) === settings.revision && sidecarFields(asked, include);
  if (!shown) return { is: "current", given };
  const { planned } = settings;
  const expected = planned ? predictFields(shown, workload.spec.template, planned) : shown;
  const stamped = isStamped(group);
  // the same stamp: what else differs came by other hands, and only images were asked for
  const compared = (fields: SidecarFields) => (stamped ? imageFields(fields) : fields);
  const stale: StalePod[] = [];
  const full = await podsInFull();
  for (const { name } of pods) {
    const pod = full.get(name);
    const running = pod && !pod.metadata.deletionTimestamp ? sidecarFields(pod, include) : undefined;
    if (!running) continue;
    const found = differences(compared(running), compared(expected));
    if (found.length > 0) stale.push({ pod: name, found });
  }
  if (stale.length > 0) return { is: "stale", stale, given };
  return { is: stamped ? "current" : "masked", given };
}

/** A dry run that is denied says nothing of the pods that run: their stamps do. */
function byStamps(workload: Workload, { settings, pods }: PodGroup, denial: ApiError): GroupVerdict {
  const stale = pods
    .filter((pod) => injectingRevision(pod) === settings.revision && stampOn(pod) !== settings.stamp)
    .map((pod) => ({
      pod: pod.name,
      found: [{ field: "settings stamp", from: stampOn(pod), to: settings.stamp }],
    }));
  if (stale.length === 0) return { is: "current" };
  const isFull = denial.serverMessage.includes("exceeded quota");
  // any other denial would meet the new pod as well, once the old one is gone
  if (isFull && deletesBeforeCreating(workload, settings.strategy)) return { is: "stale", stale };
  return {
    is: "unknown",
    why: `its pods have other settings than are due, and a new pod would be denied: ${denial.serverMessage}`,
  };
}

function givenBy(verdicts: readonly GroupVerdict[]): Assessment["given"] {
  const given = verdicts.map((verdict) => ("given" in verdict ? verdict.given : undefined));
  if (given.some((one) => one === undefined)) return undefined;
  const stamp = joinedGroupStamps(given.map((one) => one?.stamp));
  return stamp === undefined ? {} : { stamp };
}
