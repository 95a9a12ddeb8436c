import { fieldManager } from "../../cluster/fieldManager.js";
import { injectingRevision } from "../../cluster/injectingRevision.js";
import { ifFound, type KubernetesApi } from "../../cluster/KubernetesApi.js";
import { hasEnded, isReady, type Pod } from "../../cluster/podTemplate.js";
import { kindNamed, type Workload, workloadPath } from "../../cluster/workloads.js";
import { messageOf } from "../../data/messageOf.js";
import { milliseconds } from "../../levels/RolloutOptions.js";
import { type Assessment, isAtRest, type NamespaceSettings } from "../observe/Assessment.js";
import { assessWorkload } from "../observe/assessWorkload.js";
import { areComingUp } from "../observe/podReason.js";
import { readWorkload } from "../observe/readWorkload.js";
import { rolloutProgress, rolloutStatus } from "../observe/rolloutStatus.js";
import { workloadPods } from "../observe/workloadPods.js";
import type { Restart } from "../plan/Restart.js";
import { restartedFor, restartPatch } from "../policy/restartAnnotation.js";
import { skipReason } from "../policy/skipReason.js";
import { restartUnderWay, unreadyBefore } from "../policy/unreadyBefore.js";
import { evictAtOnce, evictPods } from "./evictPods.js";
import { withOldSettings, withoutNewPods } from "./explainStale.js";
import { lostSidecars } from "./lostSidecars.js";
import { failureOf, type Outcome } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";

/** Replaces a workload's stale pods, waits until the new ones are ready, and verifies that they have the settings. Never throws. */
export async function restartWorkload(restart: Restart, dependencies: RolloutDependencies): Promise<Outcome> {
  try {
    return await replaceStalePods(restart, dependencies);
  } catch (error) {
    if (error instanceof Gone) return "gone";
    return { failed: messageOf(error), cause: "other" };
  }
}

/** The workload was deleted; thrown at any step. */
class Gone extends Error {}

async function replaceStalePods(
  { assessment, settings, rollout, isRollback = false }: Restart,
  dependencies: RolloutDependencies,
): Promise<Outcome> {
  const { api, now, elapsed, report, sleep, isCancelled } = dependencies;
  const patience = milliseconds(rollout.timeoutPerWorkload);
  // assess again: another level's rollout may have restarted it in the meantime
  let latest = await assessAgain(assessment, settings, api);
  // another program may have changed weaker levels since the settings were read
  const stampNow = () => (latest.given ?? settings).stamp;
  const isUnfinished =
    isRollback && rollout.strategy === "restart" && hasUnfinishedRestart(latest.workload, stampNow());
  if (isAtRest(latest) && !isUnfinished) return "current";
  const skipped = () => skipReason(latest, settings, rollout, now())?.why;
  const unready = () =>
    rollout.restartUnhealthy || isRollback ? undefined : unreadyBefore(latest.workload, stampNow());
  const end = elapsed() + patience;
  for (let looks = 0; skipped() === undefined && unready() !== undefined; looks++) {
    const mayWait = elapsed() < end && areComingUp(latest.full, now() - patience);
    if (!mayWait || rolloutStatus(latest.workload).status === "failed") break;
    if (looks === 0) report(`[${assessment.namespace}] ${assessment.name} restarts once it is ready`);
    await sleep(1_000);
    if (isCancelled()) return "not started";
    latest = await assessAgain(assessment, settings, api);
    if (isAtRest(latest)) return "current";
  }
  const why = skipped() ?? unready();
  if (why !== undefined) return { skipped: why };
  if (latest.verdict.is === "unknown" && !isUnfinished) return { failed: latest.verdict.why, cause: "other" };
  // twice: a new pod may come from an injector that had not applied the settings yet
  for (let attempt = 1; latest.verdict.is === "stale" || (isUnfinished && attempt === 1); attempt++) {
    if (attempt === 2)
      report(
        `[${assessment.namespace}] ${assessment.name}: new pods came with old settings, restarting once more`,
      );
    const podNames = latest.verdict.is === "stale" ? latest.verdict.podNames : [];
    const { running: before } = latest;
    const replaced = { ...assessment, workload: latest.workload };
    const { patched, ended } =
      rollout.strategy === "evict"
        ? { patched: undefined, ended: await evictPods(replaced, podNames, patience, dependencies) }
        : await restart(assessment, stampNow(), patience, inTheWay(latest, podNames), dependencies);
    if (ended !== "done") return ended;
    latest = await assessAgain(assessment, settings, api);
    const lost = lostSidecars(latest.running, before);
    if (lost) return lost;
    if (latest.verdict.is !== "stale") continue;
    const { podNames: stale } = latest.verdict;
    const found = {
      ...assessment,
      patched,
      workload: latest.workload,
      before,
      stale: latest.full.map(({ metadata }) => metadata).filter(({ name }) => stale.includes(name)),
      due: stampNow(),
    };
    const failure =
      withoutNewPods(found) ?? (attempt === 2 ? await withOldSettings(found, dependencies) : undefined);
    if (failure) return failure;
  }
  const { overruled } = latest;
  return overruled === undefined ? "done" : { overruled };
}

/** Pods that a StatefulSet would wait for in vain: it replaces none before each of them is ready, whatever its new template. */
function inTheWay(
  { workload, full }: Awaited<ReturnType<typeof assessAgain>>,
  stale: readonly string[],
): readonly Pod[] {
  if (workload.kind !== "StatefulSet" || workload.spec.podManagementPolicy === "Parallel") return [];
  return full.filter((pod) => stale.includes(pod.metadata.name) && !isReady(pod));
}

/** Requests a restart and waits for it; one that is under way for the same settings is only awaited. `stuck`: pods to evict on the way. */
async function restart(
  assessment: Assessment,
  stamp: string | undefined,
  patience: number,
  stuck: readonly Pod[],
  dependencies: RolloutDependencies,
): Promise<{ patched: Workload; ended: Outcome }> {
  const { namespace, workload } = assessment;
  const { api, now } = dependencies;
  const live = await existing(api, namespace, workload);
  let patched = live;
  if (!restartUnderWay(live, stamp)) {
    const answer = await ifFound(
      api.request<Workload>({
        method: "PATCH",
        path: workloadPath(kindNamed(workload.kind), namespace, workload.metadata.name),
        query: { fieldManager },
        contentType: "application/merge-patch+json",
        body: restartPatch(live, stamp, now()),
      }),
    );
    if (!answer) throw new Gone();
    patched = { ...answer, kind: workload.kind };
  }
  // after the patch: their successors come from the new template
  const refused = await evictAtOnce(assessment, stuck, patience, dependencies);
  return { patched, ended: refused ?? (await waitForWorkload(assessment, live, patience, dependencies)) };
}

/** Whether our restart for other settings has not ended: all its pods may still be old ones. */
function hasUnfinishedRestart(workload: Workload, stamp: string | undefined): boolean {
  const marked = restartedFor(workload);
  return marked !== undefined && marked.stamp !== stamp && rolloutStatus(workload).status !== "done";
}

/**
 * Waits until the rollout is complete, or fails. `before`: the workload before the restart; a failure that it showed then stays in its
 * status until there are new pods. `patience`, in ms: as with a Deployment's progress deadline, it begins anew with each step, so that
 * workloads of many pods have enough.
 */
async function waitForWorkload(
  { namespace, workload, name }: Assessment,
  before: Workload,
  patience: number,
  { api, elapsed, sleep }: RolloutDependencies,
): Promise<Outcome> {
  const former = rolloutStatus(before);
  const known = former.status === "failed" ? former.why : undefined;
  let deadline = elapsed() + patience;
  let furthest = Number.NEGATIVE_INFINITY;
  // poll after a twentieth of the time so far: the next workload waits until this one is found ready
  for (let pause = 200; ; pause = Math.min(2_000, pause * 1.05)) {
    const live = await existing(api, namespace, workload);
    const progress = rolloutStatus(live);
    if (progress.status === "done") return "done";
    // paused, scaled to zero or set to OnDelete during the rollout: someone's choice, so don't wait for it to end
    if (progress.status === "held") return { skipped: `the rollout was held up meanwhile: ${progress.why}` };
    const reached = rolloutProgress(live) ?? furthest;
    if (reached > furthest) deadline = elapsed() + patience;
    furthest = Math.max(furthest, reached);
    const isFailed = progress.status === "failed" && progress.why !== known;
    if (isFailed || elapsed() >= deadline) {
      const timeout = isFailed ? progress.why : `not ready in time: ${progress.why}`;
      const pods = await workloadPods(api, namespace, name, live.spec);
      return failureOf(timeout, pods);
    }
    await sleep(pause);
  }
}

async function existing(
  api: KubernetesApi,
  namespace: string,
  workload: Pick<Workload, "kind" | "metadata">,
): Promise<Workload> {
  const live = await readWorkload(api, namespace, workload);
  if (!live) throw new Gone();
  return live;
}

/** `running`: its pods; `full`: those with a sidecar. */
async function assessAgain(
  { namespace, workload, name }: Assessment,
  settings: NamespaceSettings,
  api: KubernetesApi,
): Promise<Assessment & { running: readonly Pod[]; full: Pod[] }> {
  const live = await existing(api, namespace, workload);
  const running = await workloadPods(api, namespace, name, live.spec);
  const full = running.filter((pod) => injectingRevision(pod.metadata) !== undefined && !hasEnded(pod));
  const metadata = full.map((pod) => pod.metadata);
  const byName = new Map(full.map((pod) => [pod.metadata.name, pod]));
  const now = { ...settings, planned: undefined, looksForOverruled: true };
  const assessed = await assessWorkload(api, namespace, live, metadata, now, async () => byName);
  return { ...assessed, running, full };
}
