import type { LabelSelector } from "../levels/selector.js";
import type { SidecarSettings } from "../settings/SidecarSettings.js";
import type { CommonArgs } from "./SidecarSettingsArgs.js";

/** What a level may say beside its settings, over what the mesh says for all. */
type LevelOptions = Omit<CommonArgs, "cluster">;

/** All levels of a mesh as plain data: what a `settings.yaml` holds. */
export interface MeshSettings extends CommonArgs {
  global?: SidecarSettings & LevelOptions;
  /** Settings by the name of their namespace. */
  namespaces?: Record<string, SidecarSettings & LevelOptions & { publish?: boolean }>;
  /** Settings of the pods that a selector picks, by a name. */
  workloads?: Record<
    string,
    SidecarSettings & LevelOptions & { namespace: string; selector: LabelSelector; priority?: number }
  >;
  /** Namespaces that follow each other, each wave by name; those in no wave come after the last, and global comes last of all. */
  waves?: string[][];
}
