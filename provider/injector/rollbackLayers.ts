import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Session } from "../cluster/session.js";
import { layersOf } from "../configMap/layersOf.js";
import { stampsIn } from "../configMap/stampsIn.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { globalTarget, type Layer, type Layers, namespaceOf, targetOf } from "../levels/Layer.js";
import { rolloutAt } from "../levels/rolloutReaching.js";
import { readInjector } from "./Injector.js";
import type { FormerLayer, LayerHistory } from "./LayerHistory.js";
import { layerQueue } from "./LayerQueue.js";
import { injectorOf, type Properties } from "./layerInputs.js";
import { stackOf } from "./layerOwner.js";
import { injectorKey, type PlannedLayer, type PlannedLayers } from "./PlannedLayers.js";
import { targetName } from "./targetName.js";

/** Layers that a rollout put back to what they were when it failed. */
export interface PutBack {
  /** Namespaces, or `*`. */
  targets: string[];
  /** `namespace shop`, `global settings`: for people. */
  names: string[];
  /** The stamp that pods of a namespace with these labels were given until then. */
  stampBefore: (namespace: string, labels: Readonly<Record<string, string>>) => string | undefined;
}

/** What was put back in this process, for rollouts whose turn comes later. */
export class PutBacks {
  private readonly all = new Map<string, PutBack[]>();

  of(properties: Properties): readonly PutBack[] {
    return this.all.get(injectorKey(properties)) ?? [];
  }

  add(properties: Properties, putBack: PutBack): void {
    this.all.set(injectorKey(properties), [...this.of(properties), putBack]);
  }
}

/**
 * Puts back the layers that reach the rollout's namespaces, that this program has changed, and whose components ask for it. Undefined
 * where there is none, since the settings are what the last rollout ended well with.
 */
export async function rollbackLayers(
  session: Session,
  planned: PlannedLayers,
  history: LayerHistory,
  api: KubernetesApi,
  properties: Properties,
): Promise<PutBack | undefined> {
  const injector = injectorOf(properties);
  const { data } = await readInjector(api, injector);
  const failing = layersToPutBack(planned, history, properties, layersOf(data));
  if (failing.length === 0) return undefined;
  const names = failing.map(({ target }) => targetName(target));
  session.report(`putting back ${names.join(", ")}`);
  const queue = layerQueue(api, injector, session);
  await Promise.all(
    failing.map(({ target, layer: { owner, patience, rollout }, former: { settings, picks } }) => {
      const layer: Layer | undefined = settings && {
        owner,
        settings,
        ...(picks ? { picks } : {}),
        ...(rollout ? { rollout } : {}),
      };
      return queue.submit(
        { target, layer, owners: [owner], stack: stackOf(owner), putsBack: true },
        patience,
      );
    }),
  );
  const targets = failing.map(({ target }) => target);
  return { targets, names, stampBefore: stampsIn(data) };
}

/** The layers, with what they go back to. `present`: those in the injector, whose rollout options weaker and stronger levels share. */
export function layersToPutBack(
  planned: PlannedLayers,
  history: LayerHistory,
  properties: Properties,
  present: Layers = {},
): { target: string; layer: PlannedLayer; former: FormerLayer }[] {
  const plan = [...(planned.of(properties)?.layers ?? [])];
  const layers = { ...present, ...Object.fromEntries(plan) };
  return plan.flatMap(([target, layer]) => {
    const former = history.of(properties, target);
    return rolloutAt(layers, target).onFailure === "rollback" &&
      reaches(target, properties) &&
      former &&
      differs(layer, former)
      ? [{ target, layer, former }]
      : [];
  });
}

/** Global settings and those of a namespace meet in its pods: which of the two a workload fails for, nobody can tell. */
function reaches(target: string, properties: Properties): boolean {
  const own = targetOf(properties);
  return own === globalTarget || target === globalTarget || namespaceOf(target) === namespaceOf(own);
}

function differs({ settings, picks }: PlannedLayer, former: FormerLayer): boolean {
  return canonicalJson([settings, picks]) !== canonicalJson([former.settings, former.picks]);
}
