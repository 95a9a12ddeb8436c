import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { installedGlobal } from "../render/compose.js";
import { globalTarget, type Layers, layerAt, namespaceOf, targetOf } from "../render/Layer.js";
import { layersOf } from "../render/layersOf.js";
import { canonicalJson, installedSettings } from "../render/Profile.js";
import { type Assessment, assessNamespace, injectedPods } from "./assess.js";
import type { InjectorView, Properties } from "./InjectorView.js";
import { namespaceAnnotations } from "./namespaceAnnotations.js";
import type { Rollout } from "./RolloutOptions.js";
import type { Unmanaged } from "./rollUnmanaged.js";
import type { Restart } from "./runRollout.js";
import { type Current, settingsThere } from "./settingsThere.js";
import { unmanagedPods } from "./unmanagedPods.js";

/** What the rollout of a level finds. */
export interface Assessed {
  restarts: Restart[];
  unmanaged: Unmanaged[];
}

export function hasWork({ restarts, unmanaged }: Assessed): boolean {
  return restarts.some(({ assessment }) => !isAtRest(assessment)) || unmanaged.length > 0;
}

function isAtRest({ verdict }: Assessment): boolean {
  return verdict.is === "current" || verdict.is === "masked";
}

/** Every workload that the resource's settings reach, against what the injector gives now, or will give once it has the plan. */
export async function assessReached(
  injector: InjectorView,
  api: KubernetesApi,
  properties: Properties,
  { include, strategy }: Rollout,
  planned: Layers = {},
): Promise<Assessed> {
  const data = await injector.data(api, properties);
  const found: Assessed = { restarts: [], unmanaged: [] };
  if (!data) return found;
  const current: Current = { layers: layersOf(data), installed: installedSettings(installedGlobal(data)) };
  const reaching = plannedFrom(targetOf(properties), planned, current.layers);
  const pods = await injectedPods(
    api,
    properties.namespace === undefined ? undefined : String(properties.namespace),
  );
  for (const [namespace, metadata] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = {
      ...settingsThere(current, reaching, namespace, injector.revision(properties)),
      include,
      strategy,
    };
    const assessments = await assessNamespace(api, namespace, metadata, known);
    const managed = new Set(assessments.map(({ name }) => name));
    const others = unmanagedPods(namespace, metadata, managed, known);
    // most namespaces of a large mesh have nothing to restart, and need not be read
    const settings =
      assessments.every(isAtRest) && others.every(({ bare }) => bare === undefined)
        ? known
        : { ...known, annotations: await namespaceAnnotations(api, namespace) };
    found.restarts.push(
      ...assessments.map((assessment) => ({
        assessment,
        settings: { ...settings, ...assessment.due },
      })),
    );
    found.unmanaged.push(...others.map((one) => ({ found: one, settings })));
  }
  return found;
}

/**
 * The plan, where it changes the rollout's own level or a weaker one. What only stronger levels change is for their rollouts to say:
 * which of them have been looked at by now is chance, and a preview may not depend on it.
 */
function plannedFrom(target: string, planned: Layers, present: Layers): Layers {
  const upToOwn = [globalTarget, namespaceOf(target), target];
  const changes = upToOwn.some((one = globalTarget) => {
    const [before, after] = [layerAt(present, one), layerAt(planned, one)];
    return (
      after &&
      canonicalJson([before?.settings, before?.picks]) !== canonicalJson([after.settings, after.picks])
    );
  });
  return changes ? planned : {};
}
