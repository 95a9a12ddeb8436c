import type { Container, PodSpec } from "../../cluster/podTemplate.js";
import { valueAt } from "../../data/valueAt.js";
import { nanoUnits } from "../../settings/quantity.js";

/**
 * Whether a full quota has room for new pods once as many old ones are gone. `denial`: the quota's message about one new pod, which has
 * what the pod requests. Settings only change CPU and memory: of everything else an old pod frees what its successor needs.
 */
export function fitsQuota(denial: string, old: PodSpec, pods: number): boolean {
  const [, ...lists] = /requested: (\S+), used: (\S+), limited: (\S+)/.exec(denial) ?? [];
  const [requested, used, limited] = lists.map(amountsIn);
  if (!requested || !used || !limited) return true;
  return [...requested].every(([resource, amount]) => {
    const [, kind = "requests", name] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(resource) ?? [];
    if (name === undefined) return true;
    const growth = (amount - amountOf(old, kind, name)) * BigInt(pods);
    return growth <= (limited.get(resource) ?? 0n) - (used.get(resource) ?? 0n);
  });
}

/** `limits.cpu=2,pods=1` -> amounts in billionths. */
function amountsIn(list: string): Map<string, bigint> {
  return new Map(
    list.split(",").map((entry) => {
      const [resource = "", amount = ""] = entry.split("=");
      return [resource, nanoUnits(amount) ?? 0n];
    }),
  );
}

/** What quotas count a pod as: its containers together, or an init container with the native sidecars before it, if that is more. */
function amountOf(spec: PodSpec, kind: string, resource: string): bigint {
  const amountAt = (object: unknown, path: readonly string[]) =>
    nanoUnits(String(valueAt(object, path) ?? 0)) ?? 0n;
  const own = (container: Container) => amountAt(container, ["resources", kind, resource]);
  let sidecars = 0n;
  let most = 0n;
  for (const container of spec.initContainers ?? []) {
    const together = sidecars + own(container);
    if (container.restartPolicy === "Always") sidecars = together;
    if (together > most) most = together;
  }
  const running = spec.containers.reduce((sum, container) => sum + own(container), sidecars);
  return (running > most ? running : most) + amountAt(spec, ["overhead", resource]);
}
