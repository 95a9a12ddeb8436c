import { containsUnknown } from "../data/unknown.js";
import type { Layer, Layers } from "../levels/Layer.js";
import { layersNear } from "../levels/layersReaching.js";
import { contentOf, type LayerContent } from "./layerInputs.js";

/** A layer that the program wants. */
export interface PlannedLayer extends LayerContent {
  owner: string;
  /** How long the injector may take to apply it, in ms. */
  injectorTimeout: number;
}

/**
 * The layers of one injector that Pulumi has checked so far. In a preview they are not written yet, and rollouts need them: all resources
 * of a stack are checked in one process, each layer before its rollout.
 */
export class PlannedLayers {
  private readonly layers = new Map<string, PlannedLayer>();
  /** Made once for each layer: every rollout of a large program asks for all of them. */
  private readonly knownLayers: Record<string, Layer> = {};
  /** Whether a layer of the last `up` is missing: then the injector's present answers don't predict those after this `up`. */
  lost = false;

  /** Returns the other owner if the target is already planned by one. */
  note(target: string, layer: PlannedLayer, lost: boolean): string | undefined {
    const before = this.layers.get(target)?.owner;
    this.layers.set(target, layer);
    const content = contentOf(layer);
    if (containsUnknown(content)) delete this.knownLayers[target];
    else this.knownLayers[target] = { ...content, owner: layer.owner };
    this.lost ||= lost;
    return before === layer.owner ? undefined : before;
  }

  /** By target. */
  get all(): ReadonlyMap<string, PlannedLayer> {
    return this.layers;
  }

  /** The layers without unknown values; with a namespace, those that can apply there. */
  known(namespace?: string): Layers {
    return namespace === undefined ? { ...this.knownLayers } : layersNear(namespace, this.knownLayers);
  }
}
