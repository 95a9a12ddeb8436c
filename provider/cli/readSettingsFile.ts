import type { PlatformFile } from "../platformFile/PlatformFile.js";
import { readPlatformFile } from "../platformFile/readPlatformFile.js";
import type { Io } from "./Io.js";
import { readText } from "./readText.js";

/** Reads a command's settings file; `-` is standard input. */
export async function readSettingsFile(io: Io, path: string): Promise<PlatformFile> {
  return readPlatformFile(await readText(io, path), path === "-" ? "standard input" : path);
}
