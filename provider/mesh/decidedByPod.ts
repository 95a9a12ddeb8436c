import type { PodTemplate } from "../cluster/podTemplate.js";
import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import { isOverridden } from "../pod/readOverrides.js";
import { inOrder } from "../settings/canonicalSettings.js";

/** The settings that are set at a weaker level and overridden by the pod's own annotations or containers. */
export function decidedByPod(template: PodTemplate, effective: EffectiveSettings): string[] {
  return inOrder(Object.keys(effective))
    .filter(
      ({ path, declaration, name }) =>
        effective[path]?.source !== "installed" && isOverridden(declaration, name, template),
    )
    .map(({ path }) => path);
}
