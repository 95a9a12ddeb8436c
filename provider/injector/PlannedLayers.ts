import { containsUnknown } from "../data/unknown.js";
import type { Layers } from "../levels/Layer.js";
import { contentOf, type LayerContent } from "./layerInputs.js";

/** A layer as the program wants it. */
export interface PlannedLayer extends LayerContent {
  owner: string;
  /** How long the injector may take to show it, in ms. */
  injectorTimeout: number;
}

/**
 * The layers that this process has checked for one injector, as far as it has come. A preview's injector does not have them yet, and
 * rollouts need them: all resources of a stack are checked in one process, layers before their rollouts.
 */
export class PlannedLayers {
  private readonly layers = new Map<string, PlannedLayer>();
  /** Whether a layer that was there after the last `up` is gone: what the injector gives now says little about what it gives after `up`. */
  lost = false;

  /** Returns the owner that the plan has for the target already, where it is another one. */
  note(target: string, layer: PlannedLayer, lost: boolean): string | undefined {
    const before = this.layers.get(target)?.owner;
    this.layers.set(target, layer);
    this.lost ||= lost;
    return before === layer.owner ? undefined : before;
  }

  /** By their targets. */
  get all(): ReadonlyMap<string, PlannedLayer> {
    return this.layers;
  }

  /** The layers whose values are all known before `up`. */
  get known(): Layers {
    return Object.fromEntries(
      [...this.layers]
        .filter(([, layer]) => !containsUnknown(contentOf(layer)))
        .map(([target, layer]) => [target, { ...contentOf(layer), owner: layer.owner }]),
    );
  }
}
