import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { stampsIn } from "../configMap/stampsIn.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { globalTarget, type Layer, type Layers, namespaceOf } from "../levels/Layer.js";
import { rolloutAt } from "../levels/rolloutReaching.js";
import { type Injector, readInjector } from "./Injector.js";
import type { LayerChange } from "./LayerChange.js";
import type { FormerLayer, LayerHistory } from "./LayerHistory.js";
import { stackOf } from "./layerOwner.js";
import type { PlannedLayer, PlannedLayers } from "./PlannedLayers.js";
import { targetName } from "./targetName.js";

/** Layers that a rollout put back to what they were when it failed. */
export interface Rollback {
  /** Namespaces, or `*`. */
  targets: string[];
  /** `namespace shop`, `global settings`: for people. */
  names: string[];
  /** The stamp that pods of a namespace with these labels were given until then. */
  stampBefore: (namespace: string, labels: Readonly<Record<string, string>>) => string | undefined;
}

/** The part of an injector's coordinator that a rollback needs. */
interface Shared {
  injector: Injector;
  planned: PlannedLayers;
  history: LayerHistory;
  submit(api: KubernetesApi, change: LayerChange, injectorTimeout: number): Promise<void>;
}

/**
 * Puts back the layers that reach a target's namespaces, that this program has changed, and whose components ask for it. Undefined
 * where there is none, since the settings are what the last rollout ended well with.
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
  const names = layers.map(({ target }) => targetName(target));
  report(`putting back ${names.join(", ")}`);
  await Promise.all(
    layers.map(({ target, layer: { owner, injectorTimeout, rollout }, former: { settings, picks } }) => {
      const layer: Layer | undefined = settings && {
        owner,
        settings,
        ...(picks ? { picks } : {}),
        ...(rollout ? { rollout } : {}),
      };
      const change = { target, layer, owners: [owner], stack: stackOf(owner), putsBack: true };
      return shared.submit(api, change, injectorTimeout);
    }),
  );
  return { targets: layers.map(({ target }) => target), names, stampBefore: stampsIn(data) };
}

/** The layers, with what they go back to. `present`: those in the injector, whose rollout options weaker and stronger levels share. */
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

/** Global settings and those of a namespace meet in its pods: which of the two a workload fails for, nobody can tell. */
function reaches(target: string, failed: string): boolean {
  return failed === globalTarget || target === globalTarget || namespaceOf(target) === namespaceOf(failed);
}

function differs({ settings, picks }: PlannedLayer, former: FormerLayer): boolean {
  return canonicalJson([settings, picks]) !== canonicalJson([former.settings, former.picks]);
}
