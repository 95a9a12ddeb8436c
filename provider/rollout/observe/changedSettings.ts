import type { PodTemplate } from "../../cluster/podTemplate.js";
import { canonicalJson } from "../../data/canonicalJson.js";
import { amountSettings } from "../../pod/amountSettings.js";
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
      field: isOverridden(declaration, name, template) ? ofInit(path) : path,
      from: textOf(before[path]),
      to: textOf(after[path]),
    }))
    .flatMap(({ field, from, to }) => (field !== undefined && from !== to ? [{ field, from, to }] : []));

  /** Where a proxy's amount shows if the pod has its own: istio-init has it, too, unless one of its own is set. */
  function ofInit(path: string): string | undefined {
    const field = amountSettings.find(({ declaration }) => declaration.path === path)?.field.join(".");
    const init = amountSettings.find((one) => one.of === "istio-init" && one.field.join(".") === field);
    if (!init || [before, after].some((settings) => settings[init.declaration.path] !== undefined))
      return undefined;
    return isOverridden(init.declaration, "", template) ? undefined : init.declaration.path;
  }
}

function textOf(value: SettingValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : canonicalJson(value);
}
