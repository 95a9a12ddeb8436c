import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { stampsIn } from "../configMap/stampsIn.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { globalTarget, type Layer, type Layers, namespaceOf } from "../levels/Layer.js";
import { rolloutAt } from "../levels/rolloutReaching.js";
import { type Injector, readInjector } from "./Injector.js";
import type { FormerLayer, LayerHistory } from "./LayerHistory.js";
import type { LayerQueue } from "./LayerQueue.js";
import { stackOf } from "./layerOwner.js";
import type { PlannedLayer, PlannedLayers } from "./PlannedLayers.js";
import { targetName } from "./targetName.js";

/** Layers that a failed rollout put back. */
export interface Rollback {
  targets: string[];
  /** The stamp that pods with these labels got before the rollback. */
  stampBefore: (namespace: string, labels: Readonly<Record<string, string>>) => string | undefined;
}

/** The part of an injector's coordinator that a rollback needs. */
interface Shared {
  injector: Injector;
  planned: PlannedLayers;
  history: LayerHistory;
  queue: LayerQueue;
}

/**
 * Puts back the layers that this program changed, that reach the failed target's namespaces, and whose options ask for rollback.
 * Undefined if there are none: the settings are those of the last successful rollout.
 */
export async function rollbackLayers(
  shared: Shared,
  api: KubernetesApi,
  failed: string,
  report: (line: string) => void,
): Promise<Rollback | undefined> {
  const { data } = await readInjector(api, shared.injector);
  const layers = layersToRollBack(shared, failed, layersOf(data));
  if (layers.length === 0) return undefined;
  const targets = layers.map(({ target }) => target);
  report(`putting back ${targets.map(targetName).join(", ")}`);
  await Promise.all(
    layers.map(({ target, layer: bad, former: { settings, picks } }) => {
      const { owner, injectorTimeout, rollout } = bad;
      // its options still apply to what was restarted for it
      if (!settings) shared.history.noteRemoved(target, bad);
      const layer: Layer | undefined = settings && {
        owner,
        settings,
        ...(picks ? { picks } : {}),
        ...(rollout ? { rollout } : {}),
      };
      const change = { target, layer, owners: [owner], stack: stackOf(owner), putsBack: true };
      return shared.queue.submit(api, change, injectorTimeout);
    }),
  );
  return { targets, stampBefore: stampsIn(data) };
}

/** These layers, with what they go back to. `present`: the layers in the injector, for the rollout options of other levels. */
export function layersToRollBack(
  { planned, history }: Pick<Shared, "planned" | "history">,
  failed: string,
  present: Layers = {},
): { target: string; layer: PlannedLayer; former: FormerLayer }[] {
  const plan = [...planned.all];
  const layers = { ...present, ...Object.fromEntries(plan) };
  return plan.flatMap(([target, layer]) => {
    const former = history.of(target);
    return rolloutAt(layers, target).onFailure === "rollback" &&
      reaches(target, failed) &&
      former &&
      differs(layer, former)
      ? [{ target, layer, former }]
      : [];
  });
}

/** Global and namespace settings merge in a pod: either may be why a workload fails. */
function reaches(target: string, failed: string): boolean {
  return failed === globalTarget || target === globalTarget || namespaceOf(target) === namespaceOf(failed);
}

function differs({ settings, picks }: PlannedLayer, former: FormerLayer): boolean {
  return canonicalJson([settings, picks]) !== canonicalJson([former.settings, former.picks]);
}
