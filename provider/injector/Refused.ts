import { globalTarget, namespaceOf } from "../levels/Layer.js";
import type { LayerChange } from "./LayerChange.js";

/** Namespace -> why its pods can't be created, or don't get the settings. */
export type Refused = Map<string, string>;

/** The changes that reach refused namespaces: any of them may be at fault. */
export function changesReaching(changes: readonly LayerChange[], refused: Refused): LayerChange[] {
  if (refused.size === 0) return [];
  return changes.filter(({ target }) => target === globalTarget || refused.has(namespaceOf(target) ?? ""));
}

/** Those to leave out first, to try the rest again: the namespaces' own, else the global one. */
export function changesAtFault(changes: readonly LayerChange[], refused: Refused): LayerChange[] {
  const reaching = changesReaching(changes, refused);
  const own = reaching.filter(({ target }) => target !== globalTarget);
  return own.length > 0 ? own : reaching;
}

/** `✖ namespace shop: why`, one line per namespace that the change reaches. */
export function reasonsText({ target }: LayerChange, refused: Refused): string {
  return [...refused]
    .filter(([namespace]) => target === globalTarget || namespace === namespaceOf(target))
    .map(([namespace, why]) => `✖ namespace ${namespace}: ${why}`)
    .join("\n");
}
