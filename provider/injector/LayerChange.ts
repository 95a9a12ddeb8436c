import type { Session } from "../cluster/session.js";
import { canonicalJson } from "../data/canonicalJson.js";
import type { Layer } from "../levels/Layer.js";
import type { CachedInjector } from "./CachedInjector.js";

export interface LayerChange {
  /** A namespace, or `*`. */
  target: string;
  /** The wanted layer; undefined removes it. */
  layer: Layer | undefined;
  /** Owners whose layer may be replaced or removed; anyone else's is left untouched. */
  owners: readonly string[];
  /**
   * `organization/project/stack`: layers of this stack may be replaced as well, since components get renamed and moved.
   * Left out for a deletion, which may remove only the resource's own layer.
   */
  stack?: string;
  /** The layer of the last successful `up`, restored if an unverified write turns out bad. */
  former?: Layer;
  /** Whether this is a rollback. */
  putsBack?: boolean;
}

/** Another Pulumi resource owns the layer. */
export class OwnershipError extends Error {
  override readonly name = "OwnershipError";
  constructor(
    message: string,
    readonly owner: string,
  ) {
    super(message);
  }
}

/** The injector, or admission after it, rejected the new settings; the former ones are back. */
export class RejectedByInjector extends Error {
  override readonly name = "RejectedByInjector";
}

/** The settings may be written but could not be verified: the next `up` finds out, and reverts them if necessary. */
export class UntriedSettings extends Error {
  override readonly name = "UntriedSettings";
}

export interface CommitOptions extends Pick<Session, "report" | "elapsed" | "sleep" | "random"> {
  /** How long the injector may take to apply new settings, in ms. Where istiod mounts the ConfigMap, that takes up to 90 s. */
  injectorTimeout: number;
  /** Shared by all reads. */
  cached: CachedInjector;
}

/** The error of each change; undefined if it is written and the injector applies it. */
export type Outcomes = Map<LayerChange, Error | undefined>;

export function isSame(present: Layer | undefined, wanted: Layer | undefined): boolean {
  const content = (layer: Layer | undefined) => [layer?.settings, layer?.picks, layer?.rollout ?? {}];
  return canonicalJson(content(present)) === canonicalJson(content(wanted));
}
