import { Rollout, type RolloutOptions } from "../../provider/levels/RolloutOptions";
import type { ReachingRollout } from "../../provider/levels/rolloutReaching";
import type { Restart } from "../../provider/rollout/plan/Restart";

/** The options of workloads that one level reaches. */
export function rolloutWith(options: RolloutOptions | object = {}): ReachingRollout {
  const rollout = Rollout.parse(options);
  return { ...rollout, bounds: { "*": rollout.maxConcurrent } };
}

export function allWith(
  restarts: readonly Omit<Restart, "rollout">[],
  options: RolloutOptions | object = {},
): Restart[] {
  const rollout = rolloutWith(options);
  return restarts.map((restart) => ({ ...restart, rollout }));
}
