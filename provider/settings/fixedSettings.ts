import { declarations, type Rendering, type SettingDeclaration } from "./declarations.js";
import type { PodField } from "./SettingDeclaration.js";

/** A setting with a name of its own, and what its declaration says of that name. */
export interface FixedSetting {
  declaration: SettingDeclaration;
  rendering: Rendering;
  podFields: readonly PodField[];
}

/** All settings but the open ones. */
export const fixedSettings: readonly FixedSetting[] = declarations
  .filter(({ open }) => open === undefined)
  .map((declaration) => ({
    declaration,
    rendering: declaration.rendering(""),
    podFields: declaration.podFields(""),
  }));

/** The setting that is rendered to a Helm value below `global`, or the one that is united with it. */
export function settingAt(to: "value" | "united", helm: readonly string[]): SettingDeclaration | undefined {
  return fixedSettings.find(
    ({ rendering }) => rendering.to === to && rendering.path.join(".") === helm.join("."),
  )?.declaration;
}
