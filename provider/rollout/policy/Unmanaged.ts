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

/** Whether to delete this bare pod, by the options and by its and its namespace's annotations. */
export function isDeleted({ found, settings, rollout }: Unmanaged, now: number): boolean {
  return (
    rollout.deleteBarePods &&
    rollout.strategy !== "none" &&
    found.bare !== undefined &&
    metadataSkipReason(found.bare, settings.annotations ?? {}, rollout.selector, now) === undefined
  );
}

/** Whether to evict these pods, by the options and by their and their namespace's annotations. */
export function isEvicted({ found, settings, rollout }: Unmanaged, now: number): boolean {
  const metadata = { name: found.name, ...(found.labels ? { labels: { ...found.labels } } : {}) };
  return (
    rollout.strategy === "evict" &&
    isEvictable(found) &&
    metadataSkipReason(metadata, settings.annotations ?? {}, rollout.selector, now) === undefined
  );
}
