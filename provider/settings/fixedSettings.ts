import { declarations, type Rendering, type SettingDeclaration } from "./declarations.js";
import type { PodField } from "./SettingDeclaration.js";

/** A setting with a fixed name, and its resolved declaration. */
interface FixedSetting {
  declaration: SettingDeclaration;
  rendering: Rendering;
  podFields: readonly PodField[];
}

/** All settings except open ones. */
export const fixedSettings: readonly FixedSetting[] = declarations
  .filter(({ open }) => open === undefined)
  .map((declaration) => ({
    declaration,
    rendering: declaration.rendering(""),
    podFields: declaration.podFields(""),
  }));

/** The setting that is rendered to a Helm value below `global`, or with `united` the one that is added to it. */
export function settingAt(to: "value" | "united", helm: readonly string[]): SettingDeclaration | undefined {
  return fixedSettings.find(
    ({ rendering }) => rendering.to === to && rendering.path.join(".") === helm.join("."),
  )?.declaration;
}
