import type { Layer, Layers } from "../levels/Layer.js";
import type { LayerContent } from "./layerInputs.js";

/** What a layer was at some time, as a rollout's state keeps it; no settings where there was no layer. */
export type FormerLayer = Partial<Pick<LayerContent, "settings" | "picks">>;

/**
 * What the layers of one injector were before the change that is under way, as far as this process has learnt. Settings of the last
 * successful rollout win over those of the last `up`, which may have been killed before every pod got them.
 */
export class LayerHistory {
  private readonly rolled = new Map<string, FormerLayer>();
  private readonly written = new Map<string, FormerLayer>();
  private readonly gone = new Map<string, Layer>();

  /** What a layer's state or the injector had before this process wrote the layer. */
  noteWritten(target: string, former: FormerLayer): void {
    this.written.set(target, former);
  }

  /** What a rollout of the layer last ended well with. */
  noteRolled(target: string, former: FormerLayer): void {
    this.rolled.set(target, former);
  }

  /** No rollout of the layer ever ended: the layer came with this change, unless the injector was found to have it before. */
  noteNeverRolled(target: string): void {
    if (!this.of(target)) this.noteRolled(target, {});
  }

  /** A layer that this process removes. */
  noteRemoved(target: string, layer: Layer): void {
    this.gone.set(target, layer);
  }

  /** The layers that this process has removed, with the options by which their pods are rolled out. */
  get removed(): Layers {
    return Object.fromEntries(this.gone);
  }

  /** Undefined where this process has not learnt it. */
  of(target: string): FormerLayer | undefined {
    return this.rolled.get(target) ?? this.written.get(target);
  }
}
