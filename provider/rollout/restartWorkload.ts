import { fieldManager } from "../cluster/fieldManager.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Pod } from "../cluster/podTemplate.js";
import { kindNamed, type Workload, workloadPath } from "../cluster/workloads.js";
import { type Assessment, assessWorkload, type NamespaceSettings } from "./assess.js";
import { evictPods, evictUnready } from "./evictPods.js";
import { putOff } from "./putOff.js";
import { milliseconds, type Rollout } from "./RolloutOptions.js";
import { readWorkload } from "./readWorkload.js";
import { restartAnnotation, restartAnnotations, restartedFor } from "./restartAnnotation.js";
import { rolloutStatus } from "./rolloutStatus.js";
import type { Restart, RolloutDependencies } from "./runRollout.js";
import { replacesStalePods, restartUnderWay, unreadyBefore } from "./unreadyBefore.js";
import { podReason, workloadPods } from "./workloadPods.js";

export type Outcome = "done" | "current" | { waiting: string } | { failed: string };

/** Replaces a workload's stale pods, waits until the new ones are ready, and looks whether they have the settings. Never throws. */
export async function restartWorkload(
  { assessment, settings, undoes = false }: Restart,
  rollout: Rollout,
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  const { api, now, elapsed, report } = dependencies;
  const deadline = elapsed() + milliseconds(rollout.timeoutPerWorkload);
  try {
    // looked at again first: another level's rollout may have restarted it meanwhile
    let { verdict, workload, pods, given } = await assessAgain(assessment, settings, api);
    // another program may have changed weaker levels since the settings were read
    const stampNow = () => (given ?? settings).stamp;
    const isLeaving =
      verdict.is === "stale" &&
      stampNow() === undefined &&
      rollout.strategy === "restart" &&
      replacesStalePods(workload, { pods, stale: verdict.stalePods });
    const unmade = undoes && rollout.strategy === "restart" && isUnmade(workload, stampNow());
    if ((verdict.is === "current" || verdict.is === "masked") && !unmade) return "current";
    const why =
      putOff({ verdict, workload }, settings, rollout, now())?.why ??
      (rollout.restartUnhealthy || undoes || isLeaving ? undefined : unreadyBefore(workload, stampNow()));
    if (why !== undefined) return { waiting: why };
    if (isLeaving) {
      const left = await waitForWorkload(assessment, deadline, dependencies);
      // what did not begin here did not fail here
      if (left !== "done") return { waiting: unreadyBefore(workload, undefined) ?? "was not ready before" };
      ({ verdict, workload, given } = await assessAgain(assessment, settings, api));
    }
    // twice: a new pod may come from an injector that had not taken up the settings yet
    for (let attempt = 1; verdict.is === "stale" || (unmade && attempt === 1); attempt++) {
      if (attempt > 2)
        return {
          failed:
            "its new pods have old settings even after a second restart: an injector replica lags, or another webhook changes the sidecar",
        };
      if (attempt === 2)
        report(
          `[${assessment.namespace}] ${assessment.name}: new pods came with old settings, restarting once more`,
        );
      const podNames = verdict.is === "stale" ? verdict.podNames : [];
      const outcome =
        rollout.strategy === "evict"
          ? await evictPods({ ...assessment, workload }, podNames, deadline, dependencies)
          : await restart(assessment, stampNow(), deadline, undoes ? podNames : [], dependencies);
      if (outcome !== "done") return outcome;
      ({ verdict, workload, given } = await assessAgain(assessment, settings, api));
    }
    return "done";
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Merges the annotation into the pod template; a workload already restarting for these settings is only waited for. `inTheWay`: pods
 * that a StatefulSet would wait for, though they can't become ready.
 */
async function restart(
  assessment: Assessment,
  stamp: string | undefined,
  deadline: number,
  inTheWay: readonly string[],
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  const { namespace, workload, name } = assessment;
  const { api, now } = dependencies;
  const live = await readWorkload(api, namespace, workload);
  if (!live) throw new Error(`${name} is gone`);
  if (!restartUnderWay(live, stamp)) {
    const annotations = restartAnnotations(
      stamp,
      live.spec.template.metadata?.annotations?.[restartAnnotation],
      now(),
    );
    await api.request({
      method: "PATCH",
      path: workloadPath(kindNamed(workload.kind), namespace, workload.metadata.name),
      query: { fieldManager },
      contentType: "application/merge-patch+json",
      body: { spec: { template: { metadata: { annotations } } } },
    });
  }
  if (workload.kind === "StatefulSet") {
    const refused = await evictUnready({ ...assessment, workload: live }, inTheWay, deadline, dependencies);
    if (refused) return refused;
  }
  return waitForWorkload(assessment, deadline, dependencies);
}

/** Whether a restart of ours for other settings has not ended: its pods may all be the old ones still. */
function isUnmade(workload: Workload, stamp: string | undefined): boolean {
  const marked = restartedFor(workload);
  return marked !== undefined && marked !== stamp && rolloutStatus(workload).status !== "done";
}

async function waitForWorkload(
  { namespace, workload, name }: Assessment,
  deadline: number,
  { api, elapsed, sleep }: RolloutDependencies,
): Promise<Outcome> {
  // a look comes after a twentieth of the time so far: the next workload waits for this one to be seen ready
  for (let pause = 200; ; pause = Math.min(2_000, pause * 1.05)) {
    const live = await readWorkload(api, namespace, workload);
    if (!live) return { failed: `${name} was deleted during its restart` };
    const progress = rolloutStatus(live);
    if (progress.status === "done") return "done";
    if (progress.status === "held") {
      // a step of a canary that waits for people has not failed
      if (live.kind === "Rollout" && !live.spec.paused) return { waiting: progress.why };
      return { failed: `it stopped on its way: ${progress.why}` };
    }
    if (progress.status === "failed" || elapsed() >= deadline) {
      const timeout = progress.status === "failed" ? progress.why : `not ready in time: ${progress.why}`;
      const pods = await workloadPods(api, namespace, live, name);
      return { failed: [timeout, podReason(pods)].filter(Boolean).join("; ") };
    }
    await sleep(pause);
  }
}

async function assessAgain(
  { namespace, workload, name }: Assessment,
  settings: NamespaceSettings,
  api: KubernetesApi,
): Promise<Assessment> {
  const live: Workload | undefined = await readWorkload(api, namespace, workload);
  if (!live) throw new Error(`${name} is gone`);
  const pods = await workloadPods(api, namespace, live, name);
  const injected = pods.filter((pod) => injectingRevision(pod.metadata) !== undefined && !hasEnded(pod));
  const inFull = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  return assessWorkload(
    api,
    namespace,
    live,
    injected.map(({ metadata }) => metadata),
    { ...settings, planned: undefined },
    async () => inFull,
  );
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
