import { globalTarget, type Layers, layerAt, namespaceOf } from "./Layer.js";
import { layersReaching } from "./layersReaching.js";
import { effectiveRollout } from "./parseRollout.js";
import type { Rollout } from "./RolloutOptions.js";

/** How one workload is rolled out, according to all levels that apply to it. */
export interface ReachingRollout extends Rollout {
  /** Each level's limit on how many of its workloads restart at once: target -> number. */
  bounds: Readonly<Record<string, number>>;
}

/** The bound for workloads whose levels set none. */
const unbounded = "default";

/** The options for pods of a namespace with these labels, no matter which level has changed. */
export function rolloutReaching(
  layers: Layers,
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
): ReachingRollout {
  const reaching = layersReaching(layers, namespace, labels);
  const leveled = [
    { target: globalTarget, rollout: reaching.global?.rollout },
    { target: namespace, rollout: reaching.namespace?.rollout },
    ...reaching.workloads,
  ];
  const merged = effectiveRollout(leveled.map(({ rollout }) => rollout));
  const bounds = leveled.flatMap(({ target, rollout }) =>
    rollout?.maxConcurrent === undefined ? [] : [[target, rollout.maxConcurrent] as const],
  );
  return {
    ...merged,
    bounds: Object.fromEntries(bounds.length > 0 ? bounds : [[unbounded, merged.maxConcurrent]]),
  };
}

/** The options for a target's pods, ignoring other workload layers that may select them. */
export function rolloutAt(layers: Layers, target: string): Rollout {
  const levels = new Set([globalTarget, namespaceOf(target) ?? globalTarget, target]);
  return effectiveRollout([...levels].map((level) => layerAt(layers, level)?.rollout));
}
