import { isRecord } from "../data/isRecord.js";
import { shown } from "../data/problem.js";
import { contentOf, yamlText } from "../data/yamlText.js";
import type { PlatformFile } from "../platformFile/PlatformFile.js";
import { readPlatformFile } from "../platformFile/readPlatformFile.js";
import type { Io } from "./Io.js";

/** A file's text, with a readable error if it doesn't exist. */
export async function readText(io: Io, path: string): Promise<string> {
  try {
    return await io.readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Error(`${path}: there is no such file`);
    if (code === "EISDIR") throw new Error(`${path}: a folder, not a file`);
    throw error;
  }
}

/** The map in a YAML or JSON file, empty for an empty file; an error names the file and the place. */
export async function readYaml(io: Io, path: string): Promise<Readonly<Record<string, unknown>>> {
  const read = contentOf(yamlText(await readText(io, path)));
  if ("errors" in read) {
    const [{ message, line, column }] = read.errors;
    throw new Error(`${path}:${line}:${column}: not YAML: ${message}`);
  }
  const content = read.content ?? {};
  if (!isRecord(content))
    throw new Error(`${path}: expected a map, got ${shown(content)}. Name another file.`);
  return content;
}

export async function readSettingsFile(io: Io, path: string): Promise<PlatformFile> {
  return readPlatformFile(await readText(io, path), inputName(path));
}

/** A file's name in messages; `-` is standard input. */
export function inputName(path: string): string {
  return path === "-" ? "standard input" : path;
}
