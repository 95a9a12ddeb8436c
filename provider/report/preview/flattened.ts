import { isRecord } from "../../data/isRecord.js";
import { declarationOf } from "../../settings/declarations.js";
import { settingsAmong } from "../../settings/settingsInputs.js";
import { settingText } from "../../settings/settingText.js";

/** Setting path -> value as text, for the settings among a resource's properties. */
export function flattened(properties: Readonly<Record<string, unknown>>): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [group, value] of Object.entries(settingsAmong(properties))) put(settings, group, value);
  return settings;
}

function put(settings: Record<string, string>, path: string, value: unknown): void {
  const declared = declarationOf.get(path);
  const isGroup = isRecord(value);
  // a hook is one setting, though it is an object; a map of names is many
  if (!isGroup || (declared !== undefined && declared.open === undefined)) {
    settings[path] = settingText(value as Parameters<typeof settingText>[0]);
    return;
  }
  for (const [key, below] of Object.entries(value)) put(settings, `${path}.${key}`, below);
}
