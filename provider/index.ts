export type { PodTemplate } from "./cluster/podTemplate.js";
export { GlobalSidecarSettings } from "./components/GlobalSidecarSettings.js";
export { LevelSettings } from "./components/LevelSettings.js";
export type { MeshSettings } from "./components/MeshSettings.js";
export { NamespaceSidecarSettings } from "./components/NamespaceSidecarSettings.js";
export { readSettingsFile } from "./components/readSettingsFile.js";
export { type IstiodChart, SidecarMesh } from "./components/SidecarMesh.js";
export type {
  CommonArgs,
  DeepInput,
  GlobalSidecarSettingsArgs,
  NamespaceSidecarSettingsArgs,
  WorkloadSidecarSettingsArgs,
} from "./components/SidecarSettingsArgs.js";
export { WorkloadSidecarSettings } from "./components/WorkloadSidecarSettings.js";
export {
  type SidecarSettingsTransformOptions,
  sidecarSettingsTransform,
  withSidecarSettings,
} from "./components/withSidecarSettings.js";
export type { IstiodValues } from "./configMap/helmValues.js";
export type { InjectorData } from "./configMap/InjectorData.js";
export { type Problem, SettingsError } from "./data/problem.js";
export { explainByInjector as explainSidecar } from "./explain/explainByInjector.js";
export type { ExplainedSetting, SidecarExplanation } from "./explain/explainSidecar.js";
export type { EffectiveSetting, EffectiveSettings, Level } from "./levels/effectiveSettings.js";
export type { RolloutOptions } from "./levels/RolloutOptions.js";
export type { LabelSelector } from "./levels/selector.js";
export { type PlacedProblem, SettingsFileError } from "./platformFile/PlacedProblem.js";
export type { PodSettingsOptions } from "./pod/podTemplateWithSettings.js";
export type { RolloutSummary } from "./rollout/execute/RolloutSummary.js";
export type { CanonicalSettings, NestedSettings } from "./settings/canonicalSettings.js";
export type { CustomTag } from "./settings/customTag.js";
export type { LifecycleHook } from "./settings/lifecycleHook.js";
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
