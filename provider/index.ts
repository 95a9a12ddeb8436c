export type { PodTemplate } from "./cluster/podTemplate.js";
export { GlobalSidecarSettings } from "./components/GlobalSidecarSettings.js";
export type { MeshSettings } from "./components/MeshSettings.js";
export { NamespaceSidecarSettings } from "./components/NamespaceSidecarSettings.js";
export { type IstiodChart, SidecarMesh } from "./components/SidecarMesh.js";
export type {
  DeepInput,
  GlobalSidecarSettingsArgs,
  NamespaceSidecarSettingsArgs,
  Target,
  WorkloadSidecarSettingsArgs,
} from "./components/SidecarSettingsArgs.js";
export { WorkloadSidecarSettings } from "./components/WorkloadSidecarSettings.js";
export {
  type SidecarSettingsTransformOptions,
  sidecarSettingsTransform,
  withSidecarSettings,
} from "./components/withSidecarSettings.js";
export { installedGlobal } from "./configMap/compose.js";
export type { IstiodValues } from "./configMap/helmValues.js";
export { layersOf } from "./configMap/layersOf.js";
export { type Problem, SettingsError } from "./data/problem.js";
export {
  type ExplainedSetting,
  explainSidecar,
  type SidecarContext,
  type SidecarExplanation,
} from "./explain/explainSidecar.js";
export {
  type EffectiveSetting,
  type EffectiveSettings,
  effectiveSettings,
  type Level,
  levels,
} from "./levels/effectiveSettings.js";
export type { Layer, Layers } from "./levels/Layer.js";
export { installedSettings } from "./levels/Profile.js";
export type { RolloutOptions } from "./levels/RolloutOptions.js";
export type { LabelSelector } from "./levels/selector.js";
export { levelsInWaves, type PlannedLevel } from "./platformFile/levelsInWaves.js";
export { type PlacedProblem, SettingsFileError } from "./platformFile/PlacedProblem.js";
export type { PlatformFile } from "./platformFile/PlatformFile.js";
export { readPlatformFile } from "./platformFile/readPlatformFile.js";
export { type PodSettingsOptions, podTemplateWithSettings } from "./pod/podTemplateWithSettings.js";
export type { RolloutSummary } from "./rollout/execute/RolloutSummary.js";
export type { CanonicalSettings, NestedSettings } from "./settings/canonicalSettings.js";
export type { CustomTag } from "./settings/customTag.js";
export type { LifecycleHook } from "./settings/lifecycleHook.js";
export { type ParsedSettings, parseSettings } from "./settings/parseSettings.js";
export type {
  AlwaysExclude,
  Capture,
  Cpu,
  Lifecycle,
  List,
  Memory,
  ReadinessProbe,
  ResourceAmounts,
  Resources,
  Seconds,
  SidecarSettings,
  StartupProbe,
  StatsMatcher,
  Tracing,
} from "./settings/SidecarSettings.js";
export type { ScaledResources } from "./settings/scaledResources.js";
export type { SeccompProfile } from "./settings/seccompProfile.js";
