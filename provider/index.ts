export { GlobalSidecarSettings } from "./components/GlobalSidecarSettings.js";
export { NamespaceSidecarSettings } from "./components/NamespaceSidecarSettings.js";
export type {
  DeepInput,
  GlobalSidecarSettingsArgs,
  NamespaceSidecarSettingsArgs,
  Target,
} from "./components/SidecarSettingsArgs.js";
export {
  type EffectiveSetting,
  type EffectiveSettings,
  effectiveSettings,
  type Level,
  levels,
} from "./levels/effectiveSettings.js";
export { levelsInWaves, type PlannedLevel } from "./platformFile/levelsInWaves.js";
export { type PlacedProblem, SettingsFileError } from "./platformFile/PlacedProblem.js";
export type { PlatformFile } from "./platformFile/PlatformFile.js";
export { readPlatformFile } from "./platformFile/readPlatformFile.js";
export type { RolloutOptions } from "./rollout/RolloutOptions.js";
export type { RolloutSummary } from "./rollout/runRollout.js";
export type { CanonicalSettings, NestedSettings } from "./settings/canonicalSettings.js";
export type { LifecycleHook } from "./settings/lifecycleHook.js";
export { type ParsedSettings, parseSettings } from "./settings/parseSettings.js";
export { type Problem, SettingsError } from "./settings/problem.js";
export type {
  AlwaysExclude,
  Capture,
  Cpu,
  Lifecycle,
  List,
  Memory,
  ResourceAmounts,
  Resources,
  SidecarSettings,
} from "./settings/SidecarSettings.js";
