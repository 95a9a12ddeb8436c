import type { Level } from "../levels/effectiveSettings.js";
import type { SettingValue } from "../settings/declarations.js";
import type { WorkloadStatus } from "./MeshStatus.js";

/** A settings file compared with a cluster: what `pulumi up` with it would change. */
export interface PlatformDiff {
  server: string;
  file: string;
  changes: SettingChange[];
  /** Workloads whose sidecar would differ, by namespace. */
  restarts: { namespace: string; workload: WorkloadStatus }[];
  /** The rollout options for these restarts. */
  rollout: { maxConcurrent: number; strategy: string };
  /** Layers in the injector that the file does not have. */
  elsewhere: { injector: string; target: string; owner: string }[];
  notes: string[];
}

export interface SettingChange {
  /** A namespace, or `*`. */
  target: string;
  setting: string;
  from?: { value: SettingValue; source: Level };
  to?: { value: SettingValue; source: Level };
}
