import type { PodTemplate } from "../cluster/podTemplate.js";
import { valueAt } from "../data/valueAt.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import type { SettingDeclaration } from "../settings/declarations.js";
import { fixedSettings } from "../settings/fixedSettings.js";
import type { ContainerRole } from "../settings/SettingDeclaration.js";
import { type ScaledResources, scaledAmounts } from "../settings/scaledResources.js";

/** A setting that is an amount of one container's resources. */
interface AmountSetting {
  declaration: SettingDeclaration;
  of: ContainerRole;
  /** `["limits", "cpu"]`. */
  field: readonly string[];
  resource: "cpu" | "memory";
}

export const amountSettings: readonly AmountSetting[] = fixedSettings.flatMap(
  ({ declaration, podFields }) => {
    const [podField] = podFields;
    return podField?.in === "container" && (podField.as === "cpu" || podField.as === "memory")
      ? [{ declaration, of: podField.of, field: podField.path.slice(1), resource: podField.as }]
      : [];
  },
);

/** The setting by which the injector computes the proxy's amounts. */
export const scaledSetting: SettingDeclaration | undefined = fixedSettings.find(
  ({ rendering }) => rendering.to === "scaledResources",
)?.declaration;

/** What the injector computes for a pod: `limits.cpu` -> the amount, undefined if it is removed. Empty without the setting. */
export function scaledShares(
  settings: CanonicalSettings | Readonly<Record<string, unknown>>,
  { spec }: PodTemplate,
): ReadonlyMap<string, string | undefined> {
  const setting = valueAt(settings, [scaledSetting?.path ?? ""]) as ScaledResources | undefined;
  if (!setting) return new Map();
  // the API server defaults requests to limits before it calls the injector
  const containers = spec.containers.map(({ name, resources: { limits = {}, requests = {} } = {} }) => ({
    name,
    resources: { limits, requests: { ...limits, ...requests } },
  }));
  return scaledAmounts(setting, containers);
}
