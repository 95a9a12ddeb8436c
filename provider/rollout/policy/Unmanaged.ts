import type { Rollout } from "../../levels/RolloutOptions.js";
import type { NamespaceSettings } from "../observe/assess.js";
import { isEvictable, type UnmanagedPods } from "../observe/unmanagedPods.js";
import { kept } from "./skipReason.js";

/** Pods that no restart of a workload replaces, with what holds for them. */
export interface Unmanaged {
  found: UnmanagedPods;
  settings: NamespaceSettings;
  /** The options that hold for these pods. */
  rollout: Rollout;
}

/** Whether this bare pod goes, by the options and by what it and its namespace say. */
export function isDeleted({ found, settings, rollout }: Unmanaged, now: number): boolean {
  return (
    rollout.deleteBarePods &&
    rollout.strategy !== "none" &&
    found.bare !== undefined &&
    kept(found.bare, settings.annotations ?? {}, rollout.selector, now) === undefined
  );
}

/** Whether these pods are evicted, by the options and by what they and their namespace say. */
export function isEvicted({ found, settings, rollout }: Unmanaged, now: number): boolean {
  const metadata = { name: found.name, ...(found.labels ? { labels: { ...found.labels } } : {}) };
  return (
    rollout.strategy === "evict" &&
    isEvictable(found) &&
    kept(metadata, settings.annotations ?? {}, rollout.selector, now) === undefined
  );
}
