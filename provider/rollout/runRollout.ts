import { fieldManager } from "../cluster/fieldManager.js";
import { hasStatus, type KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Pod } from "../cluster/podTemplate.js";
import { kindNamed, type Workload, workloadPath } from "../cluster/workloads.js";
import { type Assessment, assessWorkload, injectedPods, type NamespaceSettings, ownerOf } from "./assess.js";
import { milliseconds, type Rollout } from "./RolloutOptions.js";
import { rolloutStatus } from "./rolloutStatus.js";

/** On the pod template: for which settings the workload was restarted. The settings' digest, not a time, so that it is stable. */
export const restartAnnotation = "sidecar-settings/restarted-for";

export interface RolloutDependencies {
  api: KubernetesApi;
  report: (line: string) => void;
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
}

export interface RolloutSummary {
  restarted: number;
  /** Workloads that need no restart: they have the settings, or their own annotations win. */
  current: number;
  masked: number;
  /** `namespace/Kind/name` -> why it was left alone, though it is stale. */
  waiting: Record<string, string>;
  /** `namespace/Kind/name` -> the reason, its pods' own where they have one. */
  failed: Record<string, string>;
  /** Stale workloads that were not begun, since another one failed. */
  notStarted: number;
}

export interface Restart {
  assessment: Assessment;
  settings: NamespaceSettings;
}

/** Restarts stale workloads, at most `maxConcurrent` at once, and waits for each. Never throws for a workload that fails. */
export async function runRollout(
  restarts: readonly Restart[],
  rollout: Rollout,
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  const summary: RolloutSummary = {
    restarted: 0,
    current: 0,
    masked: 0,
    waiting: {},
    failed: {},
    notStarted: 0,
  };
  const queue: Restart[] = [];
  for (const restart of restarts) {
    const { verdict } = restart.assessment;
    if (verdict.is === "stale" && rollout.strategy === "restart") queue.push(restart);
    else if (verdict.is === "stale")
      summary.waiting[label(restart.assessment)] =
        "rollout strategy none: its pods have the old settings until they are created anew";
    else if (verdict.is === "held" || verdict.is === "unknown")
      summary.waiting[label(restart.assessment)] = verdict.why;
    else summary[verdict.is]++;
  }
  const total = queue.length;
  let finished = 0;
  let stopped = false;
  const worker = async (): Promise<void> => {
    for (let restart = queue.shift(); restart; restart = queue.shift()) {
      const { assessment } = restart;
      const started = dependencies.now();
      const outcome = await restartWorkload(restart, rollout, dependencies);
      finished++;
      const seconds = Math.round((dependencies.now() - started) / 1000);
      const progress = `[${assessment.namespace}] ${finished}/${total}`;
      if (outcome === "current") {
        summary.current++;
        dependencies.report(`${progress} ${assessment.name} has the settings by now`);
      } else if (outcome !== "done" && "waiting" in outcome) {
        summary.waiting[label(assessment)] = outcome.waiting;
        dependencies.report(`${progress} put off ${assessment.name}: ${outcome.waiting}`);
      } else if (outcome === "done") {
        summary.restarted++;
        dependencies.report(
          `${progress} restarted ${assessment.name} (${podCount(assessment.pods)}, ${seconds} s)`,
        );
      } else {
        summary.failed[label(assessment)] = outcome.failed;
        dependencies.report(`${progress} failed ${assessment.name} after ${seconds} s: ${outcome.failed}`);
        if (rollout.onFailure === "stop") stopped = true;
      }
      if (stopped) {
        summary.notStarted += queue.length;
        queue.length = 0;
      }
      if (queue.length > 0 && rollout.pauseBetween !== "0s")
        await dependencies.sleep(milliseconds(rollout.pauseBetween));
    }
  };
  await Promise.all(Array.from({ length: Math.min(rollout.maxConcurrent, total) }, worker));
  return summary;
}

async function restartWorkload(
  { assessment, settings }: Restart,
  rollout: Rollout,
  dependencies: RolloutDependencies,
): Promise<"done" | "current" | { waiting: string } | { failed: string }> {
  const deadline = dependencies.now() + milliseconds(rollout.timeoutPerWorkload);
  try {
    // twice: a new pod may come from an injector that had not taken up the settings yet
    // looked at again first: another level's rollout may have restarted it meanwhile
    const { verdict } = await assessAgain(assessment, settings, dependencies.api);
    if (verdict.is === "held" || verdict.is === "unknown") return { waiting: verdict.why };
    if (verdict.is !== "stale") return "current";
    for (const attempt of [1, 2]) {
      await markForRestart(assessment, settings, dependencies);
      const outcome = await waitForWorkload(assessment, deadline, dependencies);
      if (outcome !== "done") return outcome;
      const again = await assessAgain(assessment, settings, dependencies.api);
      if (again.verdict.is !== "stale") return "done";
      if (attempt === 1)
        dependencies.report(
          `[${assessment.namespace}] ${assessment.name}: new pods came with old settings, restarting once more`,
        );
    }
    return {
      failed:
        "its new pods have old settings even after a second restart: an injector replica lags, or another webhook changes the sidecar",
    };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

/** Merges the annotation into the pod template; a workload already restarting for these settings is only waited for. */
async function markForRestart(
  { namespace, workload, name }: Assessment,
  { stamp }: NamespaceSettings,
  { api, now }: Pick<RolloutDependencies, "api" | "now">,
): Promise<void> {
  const live = await readWorkload(api, namespace, workload);
  if (!live) throw new Error(`${name} is gone`);
  const annotated = live.spec.template.metadata?.annotations?.[restartAnnotation];
  if (stamp !== undefined && annotated?.split(".")[0] === stamp && rolloutStatus(live).status === "waiting")
    return;
  await api.request({
    method: "PATCH",
    path: workloadPath(kindNamed(workload.kind), namespace, workload.metadata.name),
    query: { fieldManager },
    contentType: "application/merge-patch+json",
    body: { spec: { template: { metadata: { annotations: restartAnnotations(stamp, annotated, now()) } } } },
  });
}

/** Merged into the pod template's annotations. Once no settings are left, ours goes, which restarts the workload by itself. */
function restartAnnotations(
  stamp: string | undefined,
  present: string | undefined,
  now: number,
): Record<string, string | null> {
  if (stamp === undefined) {
    return present === undefined
      ? { "kubectl.kubernetes.io/restartedAt": new Date(now).toISOString() }
      : { [restartAnnotation]: null };
  }
  const [digest, count = "1"] = present?.split(".") ?? [];
  return { [restartAnnotation]: digest === stamp ? `${stamp}.${Number(count) + 1}` : stamp };
}

async function waitForWorkload(
  { namespace, workload, name }: Assessment,
  deadline: number,
  { api, now, sleep }: RolloutDependencies,
): Promise<"done" | { failed: string }> {
  for (let pause = 200; ; pause = Math.min(2_000, pause * 1.3)) {
    const live = await readWorkload(api, namespace, workload);
    if (!live) return { failed: `${name} was deleted during its restart` };
    const progress = rolloutStatus(live);
    if (progress.status === "done") return "done";
    if (progress.status === "held") return { failed: `it stopped on its way: ${progress.why}` };
    if (progress.status === "failed" || now() >= deadline) {
      const timeout = progress.status === "failed" ? progress.why : `not ready in time: ${progress.why}`;
      return { failed: [timeout, await podReason(api, namespace, name)].filter(Boolean).join("; ") };
    }
    await sleep(pause);
  }
}

async function assessAgain(
  assessment: Assessment,
  settings: NamespaceSettings,
  api: KubernetesApi,
): Promise<Assessment> {
  const { namespace, workload, name } = assessment;
  const live = (await readWorkload(api, namespace, workload)) ?? workload;
  const pods = (
    (await injectedPods(api, namespace, live.spec.selector?.matchLabels)).get(namespace) ?? []
  ).filter((pod) => ownerOf(pod) === name);
  return assessWorkload(api, namespace, { ...live, kind: workload.kind }, pods, {
    ...settings,
    planned: undefined,
  });
}

async function readWorkload(
  api: KubernetesApi,
  namespace: string,
  { kind, metadata }: Workload,
): Promise<Workload | undefined> {
  try {
    const found = await api.request<Workload>({
      method: "GET",
      path: workloadPath(kindNamed(kind), namespace, metadata.name),
    });
    return { ...found, kind };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** The first reason that one of the workload's pods gives for not being ready. */
async function podReason(api: KubernetesApi, namespace: string, name: string): Promise<string | undefined> {
  const { items } = await api.request<{ items: Pod[] }>({
    method: "GET",
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
  });
  for (const pod of items.filter(({ metadata }) => ownerOf(metadata) === name)) {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const { name: container, state } of statuses) {
      const waiting = state?.waiting;
      if (waiting?.reason && waiting.reason !== "PodInitializing" && waiting.reason !== "ContainerCreating") {
        return `pod ${pod.metadata.name}, container ${container}: ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ""}`;
      }
    }
    const blocked = pod.status?.conditions?.find(
      ({ type, status, message }) =>
        status === "False" && message && (type === "PodScheduled" || type === "Ready"),
    );
    if (blocked) return `pod ${pod.metadata.name}: ${blocked.reason ?? blocked.type}: ${blocked.message}`;
  }
  return undefined;
}

function label({ namespace, name }: Assessment): string {
  return `${namespace}/${name}`;
}

function podCount(pods: number): string {
  return `${pods} ${pods === 1 ? "pod" : "pods"}`;
}
