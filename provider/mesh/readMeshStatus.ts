import { injectedPods } from "../cluster/injectedPods.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import type { KubernetesApi, ObjectMeta } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { count } from "../data/count.js";
import { forEachLimit } from "../data/forEachLimit.js";
import { grouped } from "../data/grouped.js";
import { injectorName, revisionOf } from "../injector/Injector.js";
import { layerAt, namespaceOf } from "../levels/Layer.js";
import { layersAt, workloadLayers } from "../levels/layersReaching.js";
import { effectiveOf } from "../levels/Profile.js";
import type { Rollout } from "../levels/RolloutOptions.js";
import { selectorText } from "../levels/selector.js";
import type { NamespaceSettings } from "../rollout/observe/Assessment.js";
import { assessNamespace } from "../rollout/observe/assess.js";
import { ownerOf } from "../rollout/observe/ownerOf.js";
import { type Current, currentSettings, settingsThere } from "../rollout/observe/settingsThere.js";
import { unmanagedPods } from "../rollout/observe/unmanagedPods.js";
import { istioVersion } from "../template/istioVersion.js";
import { annotationsIfAllowed } from "./annotationsIfAllowed.js";
import { findInjectors } from "./findInjectors.js";
import type { MeshStatus, NamespaceStatus, WorkloadStatus } from "./MeshStatus.js";
import { unmanagedStatus, workloadStatus } from "./workloadStatus.js";

export interface Scope {
  /** Where istiod runs. */
  injectorNamespace: string;
  /** One revision of Istio. Default: all. */
  revision?: string;
  /** One namespace. Default: all. */
  namespace?: string;
  /** Differences besides settings that count. */
  restartOn?: Rollout["restartOn"];
}

const namespacesAtOnce = 4;

/** Assesses every workload with sidecars. Read-only. */
export async function readMeshStatus(api: KubernetesApi, scope: Scope, now: number): Promise<MeshStatus> {
  const { found, unread } = await findInjectors(api, scope.injectorNamespace, scope.revision);
  const notes = unread.map(({ says }) => says);
  const pods = await injectedPods(api, scope.namespace);
  const namespaces: NamespaceStatus[] = [];
  const report = (line: string) => notes.push(line);
  const jobs: (() => Promise<void>)[] = [];
  for (const { injector, configMap } of found) {
    const revision = revisionOf(injector);
    const { data } = configMap;
    // parsed once for all namespaces: the texts are long
    const current = currentSettings(data);
    const { layers, installed } = current;
    const targets = new Set([
      ...Object.keys(layers).flatMap((target) => namespaceOf(target) ?? []),
      ...[...pods.keys()].filter((name) => ofRevision(pods.get(name) ?? [], revision).length > 0),
    ]);
    for (const name of targets) {
      if (scope.namespace !== undefined && name !== scope.namespace) continue;
      jobs.push(async () => {
        const owner = layerAt(layers, name)?.owner;
        const workloadSettings = workloadLayers(layers, name).map(
          ({ target, owner: layerOwner, picks: { selector, priority } }) => ({
            name: target.slice(name.length + 1),
            owner: layerOwner,
            selector: selectorText(selector),
            priority,
            settings: effectiveOf({ installed, ...layersAt(layers, target) }),
          }),
        );
        namespaces.push({
          name,
          revision,
          ...(owner === undefined ? {} : { owner }),
          settings: effectiveOf({ installed, ...layersAt(layers, name) }),
          ...(workloadSettings.length > 0 ? { workloadSettings } : {}),
          workloads: await workloadsIn(
            api,
            name,
            ofRevision(pods.get(name) ?? [], revision),
            current,
            settingsThere(current, name, revision, {}, scope.restartOn),
            report,
            now,
          ),
        });
      });
    }
  }
  await forEachLimit(jobs, namespacesAtOnce, (job) => job());
  notes.push(...foreignRevisions(pods, new Set(found.map(({ injector }) => revisionOf(injector))), scope));
  return {
    server: api.server,
    ...(api.context === undefined ? {} : { context: api.context }),
    at: new Date(now).toISOString(),
    injectors: found.map(({ injector, configMap: { data } }) => {
      const istio = istioVersion(data);
      return {
        configMap: injectorName(injector),
        revision: revisionOf(injector),
        ...(istio === undefined ? {} : { istio }),
        layers: Object.keys(layersOf(data)).length,
      };
    }),
    namespaces: namespaces.sort((a, b) => compare(a.name, b.name) || compare(a.revision, b.revision)),
    notes,
  };
}

async function workloadsIn(
  api: KubernetesApi,
  namespace: string,
  pods: readonly ObjectMeta[],
  current: Current,
  given: NamespaceSettings,
  report: (line: string) => void,
  now: number,
): Promise<WorkloadStatus[]> {
  if (pods.length === 0) return [];
  const settings = { ...given, looksForOverruled: true };
  const assessments = await assessNamespace(api, namespace, pods, settings);
  const unmanaged = await unmanagedPods(api, namespace, pods, assessments, settings);
  const someStale = assessments.some(({ verdict }) => verdict.is === "stale");
  const annotations = someStale ? await annotationsIfAllowed(api, namespace, report) : {};
  const known = new Set([...assessments, ...unmanaged].map(({ name }) => name));
  return [
    ...assessments.map((one) => workloadStatus(one, { ...settings, annotations }, current, now)),
    ...unmanaged.map(unmanagedStatus),
    // up-to-date bare pods and Jobs, which have no assessed workload
    ...currentWithoutWorkload(pods, known),
  ].sort((a, b) => compare(a.name, b.name));
}

function currentWithoutWorkload(pods: readonly ObjectMeta[], known: ReadonlySet<string>): WorkloadStatus[] {
  return [...grouped(pods, (pod) => ownerOf(pod) ?? `Pod/${pod.name}`)]
    .filter(([name]) => !known.has(name))
    .map(([name, all]) => ({ name, pods: all.length, state: "current" }));
}

function ofRevision(pods: readonly ObjectMeta[], revision: string): ObjectMeta[] {
  return pods.filter((pod) => injectingRevision(pod) === revision);
}

/** Pods of revisions without an injector: reported, since they were not checked. */
function foreignRevisions(
  pods: ReadonlyMap<string, readonly ObjectMeta[]>,
  known: ReadonlySet<string>,
  { revision, injectorNamespace }: Scope,
): string[] {
  if (revision !== undefined) return [];
  return [...grouped([...pods.values()].flat(), injectingRevision)].flatMap(([name, all]) =>
    name === undefined || known.has(name)
      ? []
      : [
          `${count(all.length, "pod")} of revision ${name}, which has no injector in ${injectorNamespace}: not checked`,
        ],
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
