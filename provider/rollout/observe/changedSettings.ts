import type { PodTemplate } from "../../cluster/podTemplate.js";
import { canonicalJson } from "../../data/canonicalJson.js";
import type { Difference } from "../../pod/differences.js";
import { isOverridden } from "../../pod/readOverrides.js";
import { inOrder } from "../../settings/canonicalSettings.js";
import type { SettingValue } from "../../settings/declarations.js";
import type { PlannedSettings } from "./Assessment.js";

/** The settings that change for a pod, by path, without those that the pod overrides itself. */
export function changedSettings(
  { before, after }: Pick<PlannedSettings, "before" | "after">,
  template: PodTemplate,
): Difference[] {
  return inOrder(new Set([...Object.keys(before), ...Object.keys(after)]))
    .map(({ path, declaration, name }) => ({
      field: path,
      from: textOf(before[path]),
      to: textOf(after[path]),
      isDecided: isOverridden(declaration, name, template),
    }))
    .filter(({ from, to, isDecided }) => from !== to && !isDecided)
    .map(({ field, from, to }) => ({ field, from, to }));
}

function textOf(value: SettingValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : canonicalJson(value);
}
