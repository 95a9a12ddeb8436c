import type { Rollout } from "../../levels/RolloutOptions.js";
import type { NamespaceSettings } from "../observe/Assessment.js";
import { isEvictable, type UnmanagedPods } from "../observe/unmanagedPods.js";
import { metadataSkipReason } from "./skipReason.js";

/** Pods that restarting a workload doesn't replace, with the settings and options that apply to them. */
export interface Unmanaged {
  found: UnmanagedPods;
  settings: NamespaceSettings;
  rollout: Rollout;
}

/** What becomes of these pods, by the options and by their and their namespace's annotations; undefined if they are left alone. */
export function replacementOf(
  { found, settings, rollout }: Unmanaged,
  now: number,
): "evicted" | "deleted" | undefined {
  const { strategy, deleteBarePods, selector } = rollout;
  const isDeleted = found.bare !== undefined && deleteBarePods && strategy !== "none";
  const isEvicted = strategy === "evict" && isEvictable(found);
  const { name, labels } = found;
  const metadata = found.bare ?? { name, ...(labels ? { labels: { ...labels } } : {}) };
  if (metadataSkipReason(metadata, settings.annotations ?? {}, selector, now) !== undefined) return undefined;
  return isDeleted ? "deleted" : isEvicted ? "evicted" : undefined;
}
