import type { Level } from "../levels/effectiveSettings.js";
import { hasPromised, type SidecarFields } from "../pod/sidecarFields.js";
import type { SidecarExplanation } from "./explainSidecar.js";

/** A setting that the injected pod doesn't have: something overrode it after Istio's template. */
interface OverruledSetting {
  /** `proxyResources.limits.cpu`. */
  setting: string;
  /** The level that sets it. */
  source: Level;
  /** The pod field that shows it. */
  field: string;
  /** In comparable form; undefined for no such field. */
  expected: string | undefined;
  got: string | undefined;
}

/** The layers' settings that the injected pod doesn't have, each once. */
export function overruledSettings(
  { settings }: Pick<SidecarExplanation, "settings">,
  fields: SidecarFields,
): OverruledSetting[] {
  return settings.flatMap(({ path, source, shows }): OverruledSetting[] => {
    if (source === "pod" || source === "installed") return [];
    const wrong = Object.entries(shows).find(([field, value]) => !hasPromised(field, value, fields[field]));
    if (!wrong) return [];
    const [field, value] = wrong;
    return [{ setting: path, source, field, expected: value ?? undefined, got: fields[field] }];
  });
}

/** `overruled by template mine: proxyResources.limits.cpu: expected 1400m, got 300m`, for the first three; undefined for none. */
export function overruledText(
  found: readonly OverruledSetting[],
  templatesAfter: readonly string[],
): string | undefined {
  if (found.length === 0) return undefined;
  const by =
    templatesAfter.length > 0
      ? `by the injector's template ${templatesAfter.join(", ")}, or by another webhook or policy`
      : "by another webhook or policy";
  const named = found
    .slice(0, 3)
    .map(({ setting, expected, got }) => `${setting}: expected ${expected ?? "none"}, got ${got ?? "none"}`);
  const more = found.length > 3 ? [`${found.length - 3} more`] : [];
  return `overruled ${by}: ${[...named, ...more].join("; ")}`;
}
