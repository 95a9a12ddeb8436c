import { existsSync, readFileSync } from "node:fs";
import { readPlatformContent } from "../platformFile/readPlatformFile.js";
import type { MeshSettings } from "./MeshSettings.js";
import { refusal, withPlainRefusals } from "./refusal.js";

/**
 * Reads a settings file for `SidecarMesh`. `called`: its name in messages.
 * @throws SettingsFileError with all problems, by line and column.
 */
export function readSettingsFile(path: string, called = path): MeshSettings {
  if (!existsSync(path)) throw refusal(`${called}: there is no such file`);
  const content = withPlainRefusals(() => readPlatformContent(readFileSync(path, "utf8"), called));
  return (content ?? {}) as MeshSettings;
}
