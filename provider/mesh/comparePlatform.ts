import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { type Injector, injectorName, readInjector, revisionOf } from "../injector/Injector.js";
import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import { effectiveValues } from "../levels/effectiveSettings.js";
import { layersOfFile } from "../platformFile/layersOfFile.js";
import type { PlatformFile } from "../platformFile/PlatformFile.js";
import {
  globalTarget,
  type InjectorData,
  installedProxy,
  type Layers,
  layerAt,
  layersOf,
} from "../render/compose.js";
import { canonicalJson, effectiveOf, installedSettings } from "../render/Profile.js";
import { assessNamespace, injectedPods } from "../rollout/assess.js";
import { namespaceAnnotations } from "../rollout/namespaceAnnotations.js";
import { Rollout } from "../rollout/RolloutOptions.js";
import { settingsThere } from "../rollout/rolloutProvider.js";
import { resourceConflicts } from "../settings/conflicts.js";
import { declarations } from "../settings/declarations.js";
import { problemSentence } from "../settings/problem.js";
import type { PlatformDiff, SettingChange } from "./PlatformDiff.js";
import { workloadStatus } from "./workloadStatus.js";

/** What a settings file would change in a cluster, and which workloads would restart; writes nothing. */
export async function comparePlatform(
  api: KubernetesApi,
  platform: PlatformFile,
  file: string,
  now: number,
  only?: string,
): Promise<PlatformDiff> {
  const levels = [platform.global, ...Object.values(platform.namespaces)];
  const rollout = Rollout.parse(levels.find((level) => level?.rollout !== undefined)?.rollout ?? {});
  const diff: PlatformDiff = {
    server: api.server,
    file,
    changes: [],
    restarts: [],
    rollout: { maxConcurrent: rollout.maxConcurrent, strategy: rollout.strategy },
    elsewhere: [],
    notes: [],
  };
  const pods = await injectedPods(api, only);
  for (const { injector, layers } of layersOfFile(platform, file)) {
    const { data } = await readInjector(api, injector);
    const current = layersOf(data);
    const after = { ...current, ...layers };
    for (const target of Object.keys(layers).sort()) {
      if (only !== undefined && target !== only) continue;
      diff.changes.push(...settingChanges(data, current, after, target));
      diff.notes.push(...mergedProblems(data, after, target));
    }
    diff.elsewhere.push(...layersElsewhere(injector, current, layers));
    for (const [namespace, metadata] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const settings = {
        ...settingsThere(data, layers, namespace, revisionOf(injector)),
        include: rollout.include,
        strategy: rollout.strategy,
      };
      if (!settings.planned) continue;
      const assessments = await assessNamespace(api, namespace, metadata, settings);
      const moved = assessments.filter(({ verdict }) => verdict.is !== "current" && verdict.is !== "masked");
      if (moved.length === 0) continue;
      const annotations = await namespaceAnnotations(api, namespace, (line) => diff.notes.push(line));
      const effective = effectiveIn(data, after, namespace);
      for (const one of moved) {
        const workload = workloadStatus(one, { ...settings, annotations }, now, effective, rollout);
        diff.restarts.push({ namespace, workload });
      }
    }
  }
  return diff;
}

function settingChanges(data: InjectorData, before: Layers, after: Layers, target: string): SettingChange[] {
  const [from, to] = [effectiveIn(data, before, target), effectiveIn(data, after, target)];
  return declaredPaths(from, to)
    .filter((path) => canonicalJson(from[path]?.value) !== canonicalJson(to[path]?.value))
    .map((path) => ({
      target,
      setting: path,
      ...(from[path] ? { from: from[path] } : {}),
      ...(to[path] ? { to: to[path] } : {}),
    }));
}

function declaredPaths(from: EffectiveSettings, to: EffectiveSettings): string[] {
  const paths = new Set([...Object.keys(from), ...Object.keys(to)]);
  const order = declarations.map(({ path }) => path);
  return [...paths].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

function effectiveIn(data: InjectorData, layers: Layers, target: string): EffectiveSettings {
  const proxy = installedProxy(data);
  const own = target === globalTarget ? undefined : layerAt(layers, target)?.settings;
  return effectiveOf({
    installed: installedSettings(proxy),
    installedProxy: proxy,
    global: layers[globalTarget]?.settings ?? {},
    ...(own ? { namespace: own } : {}),
  });
}

/** A request above its limit, which may show only where the levels meet. */
function mergedProblems(data: InjectorData, after: Layers, target: string): string[] {
  return resourceConflicts(effectiveValues(effectiveIn(data, after, target))).map(
    (problem) => `${target}, merged with the weaker levels: ${problemSentence(problem)} (${problem.path})`,
  );
}

function layersElsewhere(injector: Injector, current: Layers, planned: Layers): PlatformDiff["elsewhere"] {
  return Object.entries(current)
    .filter(([target]) => layerAt(planned, target) === undefined)
    .map(([target, { owner }]) => ({ injector: injectorName(injector), target, owner }));
}
