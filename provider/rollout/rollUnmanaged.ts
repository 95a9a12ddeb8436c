import { hasStatus } from "../cluster/KubernetesApi.js";
import type { NamespaceSettings } from "./assess.js";
import { kept } from "./putOff.js";
import type { Rollout } from "./RolloutOptions.js";
import { mostTold, type RolloutDependencies, type RolloutSummary } from "./runRollout.js";
import { type UnmanagedPods, unmanagedSentence } from "./unmanagedPods.js";

export interface Unmanaged {
  found: UnmanagedPods;
  settings: NamespaceSettings;
}

/** Whether this bare pod goes, by the options and by what it and its namespace say. */
export function isDeleted(
  { found, settings }: Unmanaged,
  rollout: Pick<Rollout, "strategy" | "selector" | "deleteBarePods">,
  now: number,
): boolean {
  return (
    rollout.deleteBarePods &&
    rollout.strategy !== "none" &&
    found.bare !== undefined &&
    kept(found.bare, settings.annotations ?? {}, rollout.selector, now) === undefined
  );
}

/** Reports pods that no restart replaces, and deletes bare ones where that is asked for; after a failure that stops, none. */
export async function rollUnmanaged(
  unmanaged: readonly Unmanaged[],
  rollout: Rollout,
  summary: RolloutSummary,
  { api, report, now }: RolloutDependencies,
): Promise<RolloutSummary> {
  const left: Record<string, string> = {};
  const failed: Record<string, string> = {};
  let deleted = 0;
  const isStopped = () =>
    rollout.onFailure !== "continue" && Object.keys({ ...summary.failed, ...failed }).length > 0;
  for (const one of unmanaged) {
    const { namespace, name, bare } = one.found;
    if (bare === undefined || isStopped() || !isDeleted(one, rollout, now())) {
      left[`${namespace}/${name}`] = unmanagedSentence(one.found);
      continue;
    }
    try {
      await api.request({
        method: "DELETE",
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(bare.name)}`,
        // somebody may have created it anew by that name
        body: bare.uid ? { preconditions: { uid: bare.uid } } : {},
      });
      deleted++;
      report(`[${namespace}] deleted ${name}, which nothing creates anew`);
    } catch (error) {
      if (hasStatus(error, 404) || hasStatus(error, 409)) continue;
      failed[`${namespace}/${name}`] = error instanceof Error ? error.message : String(error);
    }
  }
  if (rollout.strategy !== "none") tell(left, report);
  return {
    ...summary,
    failed: { ...summary.failed, ...failed },
    ...(Object.keys(left).length > 0 ? { unmanaged: left } : {}),
    ...(deleted > 0 ? { deleted } : {}),
  };
}

function tell(left: Readonly<Record<string, string>>, report: (line: string) => void): void {
  const entries = Object.entries(left);
  for (const [label, why] of entries.slice(0, mostTold)) {
    const [namespace, ...name] = label.split("/");
    report(`[${namespace}] left alone ${name.join("/")}: ${why}`);
  }
  if (entries.length > mostTold)
    report(`left alone ${entries.length - mostTold} more that no restart replaces`);
}
