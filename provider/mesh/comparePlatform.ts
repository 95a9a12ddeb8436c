import { injectedPods } from "../cluster/injectedPods.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { type Injector, injectorName, readInjector, revisionOf } from "../injector/Injector.js";
import { requireNamespaces } from "../injector/requireNamespace.js";
import { globalTarget, type Layers, layerAt, namespaceOf } from "../levels/Layer.js";
import { layersAt } from "../levels/layersReaching.js";
import { effectiveOf } from "../levels/Profile.js";
import { Rollout } from "../levels/RolloutOptions.js";
import { layersOfFile } from "../platformFile/layersOfFile.js";
import type { PlatformFile } from "../platformFile/PlatformFile.js";
import { isAtRest, rolloutFor } from "../rollout/observe/Assessment.js";
import { assessNamespace } from "../rollout/observe/assess.js";
import { namespaceAnnotations } from "../rollout/observe/rolloutAnnotations.js";
import { currentSettings, settingsThere } from "../rollout/observe/settingsThere.js";
import { unmanagedPods } from "../rollout/observe/unmanagedPods.js";
import { type CanonicalSettings, inOrder } from "../settings/canonicalSettings.js";
import type { PlatformDiff, SettingChange } from "./PlatformDiff.js";
import { requireUsableLayers } from "./requireUsableLayers.js";
import { unmanagedStatus, workloadStatus } from "./workloadStatus.js";

/** What a settings file would change in a cluster, and which workloads would restart. Read-only. */
export async function comparePlatform(
  api: KubernetesApi,
  platform: PlatformFile,
  file: string,
  now: number,
  only?: string,
): Promise<PlatformDiff> {
  const { strategy } = Rollout.parse(platform.global?.rollout ?? {});
  const diff: PlatformDiff = {
    server: api.server,
    file,
    changes: [],
    restarts: [],
    rollout: { maxConcurrent: 0, strategy },
    elsewhere: [],
    notes: [],
  };
  const refused: string[] = [];
  const pods = await injectedPods(api, only);
  const plans = layersOfFile(platform, () => file);
  await requireNamespaces(
    api,
    plans.flatMap(({ layers }) => Object.keys(layers).flatMap((target) => namespaceOf(target) ?? [])),
  );
  for (const { injector, layers } of plans) {
    const { data } = await readInjector(api, injector);
    const present = currentSettings(data);
    const { layers: current, installed } = present;
    const after = { ...current, ...layers };
    requireUsableLayers(data, after, Object.keys(layers), installed);
    const isReached = (pods.get(only ?? "") ?? []).some(
      (pod) => injectingRevision(pod) === revisionOf(injector),
    );
    for (const target of targetsIn(layers, only, isReached))
      diff.changes.push(...settingChanges(installed, current, after, target));
    diff.elsewhere.push(...layersElsewhere(injector, current, layers));
    for (const [namespace, metadata] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const settings = settingsThere(present, namespace, revisionOf(injector), { planned: layers });
      if (!settings.planned && !settings.forLabels) continue;
      const assessments = await assessNamespace(api, namespace, metadata, settings);
      refused.push(
        ...assessments.flatMap(({ name, verdict }) =>
          verdict.is === "refused" ? [`[${namespace}] ${name}: ${verdict.why}`] : [],
        ),
      );
      const unmanaged = await unmanagedPods(api, namespace, metadata, assessments, settings);
      diff.restarts.push(...unmanaged.map((one) => ({ namespace, workload: unmanagedStatus(one) })));
      const affected = assessments.filter((one) => !isAtRest(one));
      if (affected.length === 0) continue;
      const annotations = await namespaceAnnotations(api, namespace);
      for (const assessment of affected) {
        const known = { layers: after, installed };
        const workload = workloadStatus(assessment, { ...settings, annotations }, known, now);
        diff.restarts.push({ namespace, workload });
        const { maxConcurrent } = rolloutFor(assessment, after);
        if (workload.state === "stale")
          diff.rollout.maxConcurrent = Math.max(diff.rollout.maxConcurrent, maxConcurrent);
      }
    }
  }
  if (refused.length > 0) throw new InjectorRefusal(refused.join("\n"));
  return diff;
}

/** All levels of the file; of one namespace those in it, and the namespace itself where only the global settings reach it. */
function targetsIn(layers: Layers, only: string | undefined, isReached: boolean): string[] {
  const targets = Object.keys(layers).sort();
  if (only === undefined) return targets;
  const own = targets.filter((target) => namespaceOf(target) === only);
  return isReached && !own.includes(only) && targets.includes(globalTarget) ? [only, ...own] : own;
}

function settingChanges(
  installed: CanonicalSettings,
  before: Layers,
  after: Layers,
  target: string,
): SettingChange[] {
  // for the target's pods that no other workload settings select
  const effectiveIn = (layers: Layers) => effectiveOf({ installed, ...layersAt(layers, target) });
  const [from, to] = [effectiveIn(before), effectiveIn(after)];
  return inOrder(new Set([...Object.keys(from), ...Object.keys(to)]))
    .filter(({ path }) => canonicalJson(from[path]?.value) !== canonicalJson(to[path]?.value))
    .map(({ path }) => ({
      target,
      setting: path,
      ...(from[path] ? { from: from[path] } : {}),
      ...(to[path] ? { to: to[path] } : {}),
    }));
}

function layersElsewhere(injector: Injector, current: Layers, planned: Layers): PlatformDiff["elsewhere"] {
  return Object.entries(current)
    .filter(([target]) => layerAt(planned, target) === undefined)
    .map(([target, { owner }]) => ({ injector: injectorName(injector), target, owner }));
}
