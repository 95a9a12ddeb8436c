import { stampFor } from "../../provider/render/stampsIn";
import type { Mesh } from "../e2e/Mesh";
import type { InjectorVersion } from "./InjectorHistory";

export interface Restarted {
  namespace: string;
  labels: Record<string, string>;
  /** Changes of the workload's spec since it was created. */
  changes: number;
}

/** `shop/api` -> how often it was changed; nobody but rollouts changes these. */
export async function restartCounts(
  mesh: Mesh,
  workloads: Readonly<Record<string, readonly string[]>>,
): Promise<Map<string, Restarted>> {
  const counts = new Map<string, Restarted>();
  for (const [namespace, names] of Object.entries(workloads)) {
    for (const name of names) {
      const { metadata, spec } = await mesh.workload(namespace, name);
      const labels = spec.template.metadata?.labels ?? {};
      counts.set(`${namespace}/${name}`, { namespace, labels, changes: metadata.generation ?? 0 });
    }
  }
  return counts;
}

/** How often the settings that pods with these labels are given have changed. */
export function settingsChanges(
  versions: readonly InjectorVersion[],
  { namespace, labels }: Restarted,
): number {
  const stamps = versions.map(({ data }) => stampFor(data, namespace, labels));
  return stamps.filter((stamp, at) => at > 0 && stamp !== stamps[at - 1]).length;
}

/** Workloads that were restarted more often than their settings changed. */
export function needlessRestarts(
  versions: readonly InjectorVersion[],
  before: ReadonlyMap<string, Restarted>,
  after: ReadonlyMap<string, Restarted>,
): string[] {
  return [...after].flatMap(([name, workload]) => {
    const restarts = workload.changes - (before.get(name)?.changes ?? 0);
    const changes = settingsChanges(versions, workload);
    return restarts > changes
      ? [`${name} was restarted ${restarts} times, for ${changes} changes of its settings`]
      : [];
  });
}
