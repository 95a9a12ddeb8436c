import { fieldManager } from "../cluster/fieldManager.js";
import { hasStatus, type KubernetesApi } from "../cluster/KubernetesApi.js";
import { isTransient } from "../cluster/waitBeforeRetry.js";
import { compose, installedGlobal } from "../configMap/compose.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import { layersOf } from "../configMap/layersOf.js";
import { named } from "../data/InjectorRefusal.js";
import { messageOf } from "../data/messageOf.js";
import { type Layer, type Layers, layerAt } from "../levels/Layer.js";
import { installedSettings } from "../levels/Profile.js";
import {
  type Injector,
  type InjectorConfigMap,
  nameOf,
  putBackManager,
  releaseInjector,
  writeInjector,
} from "./Injector.js";
import {
  type CommitOptions,
  type LayerChange,
  type Outcomes,
  OwnershipError,
  RejectedByInjector,
  UntriedSettings,
} from "./LayerChange.js";
import { ownedByAnother, stackOf } from "./layerOwner.js";
import { changesAtFault, type Refused, reasonsText } from "./Refused.js";
import { requireRoom } from "./requireRoom.js";
import { requireValidLayer } from "./requireValidLayer.js";
import { targetName } from "./targetName.js";

const mostConflicts = 100;

/** Checks what is about to be written; returns the namespaces whose pods would be denied, and why. */
type BeforeWriting = (
  current: InjectorConfigMap,
  accepted: readonly LayerChange[],
  layers: Layers,
) => Promise<Refused>;

export interface Written {
  /** The layers before the first write. */
  before: Layers;
  /** The texts before this write. */
  former: InjectorData;
  /** The texts after it. */
  written: InjectorData;
}

/** Reads, decides, writes; starts over if someone else wrote in between. */
export async function writeLayers(
  api: KubernetesApi,
  injector: Injector,
  changes: readonly LayerChange[],
  outcomes: Outcomes,
  beforeWriting: BeforeWriting,
  { sleep, random, cached }: Pick<CommitOptions, "sleep" | "random" | "cached">,
): Promise<Written> {
  let first: Layers | undefined;
  const rejected = new Map<LayerChange, Error>();
  for (let attempt = 0; ; attempt++) {
    // what others wrote in the last second shows as a conflict
    const current = await (attempt === 0 ? cached.read(api) : cached.readAnew(api));
    const present = layersOf(current.data);
    // a write whose response was lost conflicts with itself
    first ??= present;
    const before = first;
    const left = changes.filter((change) => !rejected.has(change));
    const { layers, accepted } = decide(left, present, current, outcomes);
    for (const [change, error] of rejected) outcomes.set(change, error);
    if (accepted.length === 0) return { before, former: current.data, written: current.data };
    const data = named(nameOf(current, injector), () => compose(current.data, layers));
    requireRoom(current, data, injector, Object.keys(layers).length);
    const refused = await beforeWriting(current, accepted, layers);
    const failing = changesAtFault(accepted, refused);
    for (const change of failing) rejected.set(change, unwritten(change, refused));
    // the rest may be valid without them
    if (failing.length > 0) continue;
    if (data.config === current.data.config && data.values === current.data.values)
      return { before, former: current.data, written: data };
    try {
      const manager = accepted.every(({ putsBack }) => putsBack) ? putBackManager : fieldManager;
      const live = await writeInjector(api, injector, current, data, manager).finally(() =>
        cached.invalidate(),
      );
      if (Object.keys(layers).length === 0 && manager === fieldManager)
        await releaseInjector(api, injector, live);
      return { before, former: current.data, written: data };
    } catch (error) {
      if (isTransient(error)) throw untried(error);
      if (!hasStatus(error, 409) || attempt >= mostConflicts) throw error;
      // with jitter: many writers that retry at once would collide again
      await sleep(random() * Math.min(1000, 20 * 2 ** Math.min(attempt, 6)));
    }
  }
}

function unwritten(change: LayerChange, refused: Refused): RejectedByInjector {
  const name = targetName(change.target);
  const why = change.layer
    ? "with these settings pods would be denied, and without them they are not"
    : "without these settings pods would be denied, and with them they are not. To go all the same, leave the settings in the injector by pulumi state delete";
  return new RejectedByInjector(`${name}: nothing was written: ${why}.\n${reasonsText(change, refused)}`);
}

function untried(error: unknown): UntriedSettings {
  const why = messageOf(error);
  return new UntriedSettings(
    `the settings may have been written, and could not be tried out; run pulumi up again: ${why}`,
  );
}

function decide(
  changes: readonly LayerChange[],
  before: Layers,
  current: InjectorConfigMap,
  outcomes: Outcomes,
): { layers: Layers; accepted: LayerChange[] } {
  const layers: Record<string, Layer> = { ...before };
  const accepted: LayerChange[] = [];
  const installed = installedSettings(installedGlobal(current.data));
  outcomes.clear();
  for (const change of changes) {
    const present = layerAt(layers, change.target);
    try {
      if (present && !mayReplace(change, present)) throw foreignLayer(change.target, present.owner);
      place(layers, change.target, change.layer);
      requireValidLayer(change.target, layers, installed);
      outcomes.set(change, undefined);
      accepted.push(change);
    } catch (error) {
      place(layers, change.target, present);
      outcomes.set(change, error as Error);
    }
  }
  return { layers, accepted };
}

function place(layers: Record<string, Layer>, target: string, layer: Layer | undefined): void {
  if (layer) layers[target] = layer;
  else delete layers[target];
}

function mayReplace({ owners, stack }: LayerChange, { owner }: Layer): boolean {
  return owners.includes(owner) || (stack !== undefined && stackOf(owner) === stack);
}

function foreignLayer(target: string, owner: string): OwnershipError {
  return new OwnershipError(ownedByAnother(target, owner), owner);
}
