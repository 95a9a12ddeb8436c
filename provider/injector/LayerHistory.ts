import { type Layer, type Layers, targetOf } from "../levels/Layer.js";
import type { LayerContent, Properties } from "./layerInputs.js";
import { injectorKey } from "./PlannedLayers.js";

/** What a layer was at some time; no settings where there was no layer. */
export type FormerLayer = Partial<Pick<LayerContent, "settings" | "picks">>;

/**
 * What layers were before the change that is under way, as far as this process has learnt. Settings of the last successful rollout win
 * over those of the last `up`, which may have been killed before every pod got them.
 */
export class LayerHistory {
  private readonly rolled = new Map<string, FormerLayer>();
  private readonly written = new Map<string, FormerLayer>();
  private readonly gone = new Map<string, Record<string, Layer>>();

  /** What a layer's state or the injector had before this process wrote the layer. */
  noteWritten(properties: Properties, former: FormerLayer): void {
    this.written.set(keyOf(properties), former);
  }

  /** What a rollout of the layer last ended well with. */
  noteRolled(properties: Properties, former: FormerLayer): void {
    this.rolled.set(keyOf(properties), former);
  }

  /** No rollout of the layer ever ended: the layer came with this change, unless the injector was found to have it before. */
  noteNeverRolled(properties: Properties): void {
    if (!this.of(properties, targetOf(properties))) this.noteRolled(properties, {});
  }

  /** A layer that this process removes. */
  noteRemoved(properties: Properties, layer: Layer): void {
    this.gone.set(injectorKey(properties), { ...this.removed(properties), [targetOf(properties)]: layer });
  }

  removed(properties: Properties): Layers {
    return this.gone.get(injectorKey(properties)) ?? {};
  }

  /** Undefined where this process has not learnt it. */
  of(properties: Properties, target: string): FormerLayer | undefined {
    const key = `${injectorKey(properties)} ${target}`;
    return this.rolled.get(key) ?? this.written.get(key);
  }
}

function keyOf(properties: Properties): string {
  return `${injectorKey(properties)} ${targetOf(properties)}`;
}
