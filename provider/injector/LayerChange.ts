import { canonicalJson } from "../data/canonicalJson.js";
import type { Layer } from "../levels/Layer.js";
import type { CachedInjector } from "./CachedInjector.js";

export interface LayerChange {
  /** A namespace, or `*`. */
  target: string;
  /** The layer that should be there; undefined takes it away. */
  layer: Layer | undefined;
  /** Who may be found as the present owner; nobody else's layer is touched. */
  owners: readonly string[];
  /**
   * `organization/project/stack`: any present owner of this stack may be found as well, since components are renamed and moved.
   * Left out where a resource is deleted, which may only take out what is its own.
   */
  stack?: string;
  /** What was there by the last successful `up`: goes back when a write of ours that nobody tried out turns out bad. */
  former?: Layer;
  /** Whether a rollout that failed asks for it. */
  putsBack?: boolean;
}

/** Another Pulumi resource has the layer. */
export class OwnershipError extends Error {
  override readonly name = "OwnershipError";
  constructor(
    message: string,
    /** Who has it. */
    readonly owner: string,
  ) {
    super(message);
  }
}

/** The injector, or the API server after it, did not take the new settings; what was there before is back. */
export class RejectedByInjector extends Error {
  override readonly name = "RejectedByInjector";
}

/** The settings may be in the injector, and nobody could try them out: what to put back is for the next `up` to find out. */
export class UntriedSettings extends Error {
  override readonly name = "UntriedSettings";
}

export interface CommitOptions {
  /** How long an injector may take to show the new settings, in ms. Some installs mount the ConfigMap, which takes 90 s. */
  injectorTimeout: number;
  report: (line: string) => void;
  /** Time that only passes, in ms. */
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** What looks at the injector share. */
  cached: CachedInjector;
  /** From 0 to 1, to spread out writers that collide. */
  random: () => number;
}

/** The outcome of each change: undefined when it is in the injector and the injector shows it, or the error. */
export type Outcomes = Map<LayerChange, Error | undefined>;

export function isSame(present: Layer | undefined, wanted: Layer | undefined): boolean {
  const said = (layer: Layer | undefined) => [layer?.settings, layer?.picks, layer?.rollout ?? {}];
  return canonicalJson(said(present)) === canonicalJson(said(wanted));
}
