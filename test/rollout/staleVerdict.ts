import type { Assessment } from "../../provider/rollout/observe/Assessment";

type Stale = Extract<Assessment["verdict"], { is: "stale" }>;

/** Of a workload whose sidecar's CPU limit changes; one pod if nothing else is said. */
export function staleVerdict(more: Partial<Stale> = {}): Stale {
  return {
    is: "stale",
    stalePods: 1,
    podNames: ["api-1"],
    differences: [{ field: "istio-proxy limits.cpu", from: "1", to: "2" }],
    ...more,
  };
}
