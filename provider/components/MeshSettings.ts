import type { LabelSelector } from "../levels/selector.js";
import type { SidecarSettings } from "../settings/SidecarSettings.js";
import type { CommonArgs } from "./SidecarSettingsArgs.js";

/** A level's options besides settings. They override those of the mesh. */
type LevelOptions = Omit<CommonArgs, "cluster">;

/** All levels of a mesh as plain data, as in a `settings.yaml`. */
export interface MeshSettings extends CommonArgs {
  global?: SidecarSettings & LevelOptions;
  /** Settings by namespace name. */
  namespaces?: Record<string, SidecarSettings & LevelOptions & { publish?: boolean }>;
  /** Settings for the pods that a selector matches, by a name of your choice. */
  workloads?: Record<
    string,
    SidecarSettings & LevelOptions & { namespace: string; selector: LabelSelector; priority?: number }
  >;
  /** Lists of namespaces to roll out one after the other. Namespaces in no wave follow, then the global settings. */
  waves?: string[][];
}
