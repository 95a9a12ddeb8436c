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
