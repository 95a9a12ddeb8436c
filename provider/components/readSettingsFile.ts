import { readFileSync } from "node:fs";
import { readPlatformContent } from "../platformFile/readPlatformFile.js";
import type { MeshSettings } from "./MeshSettings.js";

/**
 * Reads a settings file for `SidecarMesh`. `called`: its name in messages.
 * @throws SettingsFileError with all problems, by line and column.
 */
export function readSettingsFile(path: string, called = path): MeshSettings {
  return (readPlatformContent(readFileSync(path, "utf8"), called) ?? {}) as MeshSettings;
}
