import type { PodTemplate } from "../cluster/podTemplate.js";
import type { EffectiveSettings } from "../levels/effectiveSettings.js";
import { isMasked } from "../rollout/predictFields.js";
import { declarations } from "../settings/declarations.js";

/** The settings that somebody gave a weaker level and that the pod's own annotations or containers decide. */
export function decidedByPod(template: PodTemplate, effective: EffectiveSettings): string[] {
  return declarations
    .filter((declaration) => {
      const given = effective[declaration.path];
      return given !== undefined && given.source !== "installed" && isMasked(declaration, template);
    })
    .map(({ path }) => path);
}
