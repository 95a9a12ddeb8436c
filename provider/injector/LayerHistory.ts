import type { Layer, Layers } from "../levels/Layer.js";
import type { LayerContent } from "./layerInputs.js";

/** A layer at an earlier time, as a rollout's state keeps it; without settings if there was no layer. */
export type FormerLayer = Partial<Pick<LayerContent, "settings" | "picks">>;

/**
 * The layers of one injector before the current change, as far as this process knows. Settings of the last successful rollout win over
 * those of the last `up`, which may have been killed before every pod got them.
 */
export class LayerHistory {
  private readonly rolled = new Map<string, FormerLayer>();
  private readonly written = new Map<string, FormerLayer>();
  private readonly gone = new Map<string, Layer>();

  /** The layer in the state or in the injector before this process wrote it. */
  noteWritten(target: string, former: FormerLayer): void {
    this.written.set(target, former);
  }

  /** The layer at its last successful rollout. */
  noteRolled(target: string, former: FormerLayer): void {
    this.rolled.set(target, former);
  }

  /** No rollout of the layer ever succeeded: it is new, unless the injector already had it. */
  noteNeverRolled(target: string): void {
    if (!this.of(target)) this.noteRolled(target, {});
  }

  /** A layer that this process removes. */
  noteRemoved(target: string, layer: Layer): void {
    this.gone.set(target, layer);
  }

  /** The layers that this process removed, with their rollout options. */
  get removed(): Layers {
    return Object.fromEntries(this.gone);
  }

  /** Undefined if this process doesn't know. */
  of(target: string): FormerLayer | undefined {
    return this.rolled.get(target) ?? this.written.get(target);
  }
}
