import { askPlanned } from "../../ask/askPlanned.js";
import { isByPlan, plannedPod } from "../../ask/plannedPod.js";
import { admittedPod } from "../../cluster/dryRunPod.js";
import { injectingRevision } from "../../cluster/injectingRevision.js";
import {
  type ApiError,
  isBeingDeleted,
  isOverQuota,
  type KubernetesApi,
  type ObjectMeta,
} from "../../cluster/KubernetesApi.js";
import type { Pod, PodSpec } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import type { MadePod } from "../../pod/asControllerMakes/MadePod.js";
import { podAsMade } from "../../pod/asControllerMakes/podAsMade.js";
import { type Difference, differences } from "../../pod/differences.js";
import { stampAnnotation } from "../../pod/podAnnotations.js";
import { imageFields, type SidecarFields, sidecarFields } from "../../pod/sidecarFields.js";
import type { PlannedSettings } from "./Assessment.js";
import { changedSettings } from "./changedSettings.js";
import { deletesBeforeCreating } from "./deletesBeforeCreating.js";
import { fitsQuota } from "./fitsQuota.js";
import type { PodGroup } from "./podGroups.js";

interface StalePod {
  pod: string;
  found: Difference[];
}

/** What the injector's answer shows, if it was asked. */
interface InjectorAnswer {
  given?: { stamp?: string };
  overruled?: string;
}

/** What a restart would change for a group of a workload's pods. */
export type GroupVerdict =
  | ({ is: "current" | "masked" } & InjectorAnswer)
  | ({ is: "stale"; stale: StalePod[] } & InjectorAnswer)
  /** A restart would not bring the settings. */
  | { is: "held"; why: string }
  | { is: "unknown"; why: string }
  | { is: "refused"; why: string };

/**
 * Whether the stamps alone show that there is nothing to do. Pods without a stamp that should have no settings count, too: other
 * differences in their sidecars are not ours.
 */
export function isSettled(group: PodGroup): boolean {
  return isStamped(group) && (group.settings.restartOn ?? []).length === 0;
}

function isStamped({ pods, settings }: PodGroup): boolean {
  return pods.every((pod) => stampOn(pod) === settings.stamp);
}

export function stampOn({ annotations }: ObjectMeta): string | undefined {
  return annotations?.[stampAnnotation];
}

/** Judged by the best evidence available: a dry run, istiod itself, or stamps. */
export async function groupVerdict(
  api: KubernetesApi,
  namespace: string,
  workload: Workload,
  group: PodGroup,
  runningPods: () => Promise<ReadonlyMap<string, Pod>>,
): Promise<GroupVerdict> {
  const { settings, pods } = group;
  const [sample] = pods;
  if (!sample || isSettled(group)) return { is: "current" };
  const restartOn = settings.restartOn ?? [];
  const made = podAsMade(workload, { metadata: sample });
  const compared = async (answer: Pod): Promise<GroupVerdict> => {
    const stamp = stampOn(answer.metadata);
    const given = settings.planned ? {} : { given: stamp === undefined ? {} : { stamp } };
    const isOurs = injectingRevision(answer.metadata) === settings.revision;
    const expected = isOurs && sidecarFields(answer, restartOn);
    if (!expected) return isOurs ? { is: "current", ...given } : byAnother(group, answer);
    const seen = { ...made, metadata: { ...made.metadata, labels: group.labels } };
    const overruled = settings.overruled?.(seen, expected);
    const asked = { ...given, ...(overruled === undefined ? {} : { overruled }) };
    const stamped = isStamped(group);
    // with the same stamp, other differences are not from our settings: of those only images count, by `restartOn`
    const relevant = (fields: SidecarFields) => (stamped ? imageFields(fields) : fields);
    const changes = (spec: PodSpec): Difference[] => {
      const shown = sidecarFields({ spec }, restartOn);
      return shown ? differences(relevant(shown), relevant(expected)) : [];
    };
    const running = await runningPods();
    // pods that are alike share their spec
    const known = new Map<PodSpec, Difference[]>();
    const stale: StalePod[] = [];
    for (const { name } of pods) {
      const pod = running.get(name);
      if (!pod || pod.metadata.deletionTimestamp) continue;
      const found = known.get(pod.spec) ?? changes(pod.spec);
      known.set(pod.spec, found);
      if (found.length > 0) stale.push({ pod: name, found });
    }
    if (stale.length > 0) return { is: "stale", stale, ...asked };
    return { is: stamped ? "current" : "masked", ...asked };
  };
  /** A denied dry run says nothing about the running pods: compare them with istiod's own answer, else by stamps. */
  const denied = async (denial: ApiError, change?: PlannedSettings): Promise<GroupVerdict> => {
    const pod = change ? plannedPod(made, change.layers, namespace) : made;
    const given = await settings.askIstiod?.(namespace, pod ?? made);
    const isAnswer = given && (!change || isByPlan(given, change.layers, namespace, made));
    const verdict = isAnswer
      ? await compared(given)
      : byStamps(group, change ? changedSettings(change, made) : undefined);
    return verdict.is === "stale" ? ifReplaced(workload, group, verdict, denial, runningPods) : verdict;
  };
  const { planned } = settings;
  if (planned) {
    const answer = await askPlanned(api, namespace, made, planned);
    switch (answer.is) {
      case "given":
        return compared(answer.pod);
      case "not reached":
        return { is: "current" };
      case "unasked":
        return injectingRevision(answer.pod.metadata) === settings.revision
          ? bySettings(group, planned, made)
          : byAnother(group, answer.pod);
      case "refused":
        return { is: "refused", why: answer.why };
      case "denied":
        return denied(answer.error, planned);
    }
  }
  const answer = await admittedPod(api, namespace, made);
  return "pod" in answer ? compared(answer.pod) : denied(answer.denied);
}

/** For a new pod that another revision injects, or none: pods of another revision are governed by that revision's settings. */
function byAnother(group: PodGroup, { metadata }: Pod): GroupVerdict {
  const { pods, settings } = group;
  const isOurs = (pod: ObjectMeta) => injectingRevision(pod) === settings.revision;
  if (isStamped(group) || !pods.some((pod) => isOurs(pod) && stampOn(pod) !== settings.stamp))
    return { is: "current" };
  const next = injectingRevision(metadata);
  return {
    is: "held",
    why:
      next === undefined
        ? "new pods get no sidecar now, so a restart does not bring it settings"
        : `new pods come from revision ${next} now, whose settings are others: a restart moves it there`,
  };
}

/** For when single fields can't be predicted: the settings that change and that the pod doesn't override. */
function bySettings({ pods }: PodGroup, planned: PlannedSettings, made: MadePod): GroupVerdict {
  const found = changedSettings(planned, made);
  if (found.length === 0) return { is: "masked" };
  return { is: "stale", stale: pods.map(({ name }) => ({ pod: name, found })) };
}

function byStamps({ settings, pods }: PodGroup, changed: Difference[] | undefined): GroupVerdict {
  const stale = pods
    .filter((pod) => injectingRevision(pod) === settings.revision && stampOn(pod) !== settings.stamp)
    .map((pod) => ({
      pod: pod.name,
      found: changed ?? [{ field: "settings stamp", from: stampOn(pod), to: settings.stamp }],
    }));
  if (stale.length === 0) return { is: "current" };
  return changed?.length === 0 ? { is: "masked" } : { is: "stale", stale };
}

/**
 * A new pod would meet the same denial, unless it is for a full quota and the old pod makes room first, and enough. A namespace that is
 * being deleted takes its pods with it.
 */
async function ifReplaced(
  workload: Workload,
  { settings }: PodGroup,
  verdict: Extract<GroupVerdict, { is: "stale" }>,
  denial: ApiError,
  runningPods: () => Promise<ReadonlyMap<string, Pod>>,
): Promise<GroupVerdict> {
  if (isBeingDeleted(denial)) return { is: "held", why: "its namespace is being deleted" };
  if (isOverQuota(denial) && deletesBeforeCreating(workload, settings.strategy)) {
    const [first] = verdict.stale;
    const old = first && (await runningPods()).get(first.pod);
    if (!old || fitsQuota(denial.serverMessage, old.spec, verdict.stale.length)) return verdict;
  }
  return {
    is: "unknown",
    why: `its pods have other settings than are due, and a new pod would be denied: ${denial.serverMessage}`,
  };
}
