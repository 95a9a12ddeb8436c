import { execFile } from "node:child_process";
import { promisify } from "node:util";

const OLDEST_GO = [1, 26] as const;

/** Runs `go` in a module's folder and returns what it prints. */
export async function goCommand(module: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("go", args, { cwd: module, maxBuffer: 1 << 26 });
  return stdout.trim();
}

/**
 * The version of the `go` on PATH, such as `go1.26.8`.
 * @param what What needs it, and how to do without, for the error.
 */
export async function goVersion(module: string, what: { needs: string; instead: string }): Promise<string> {
  const oldest = OLDEST_GO.join(".");
  let version: string;
  try {
    version = await goCommand(module, "env", "GOVERSION");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error(
        `${what.needs} is built from source: expected Go ${oldest} or newer, found no \`go\` on PATH. ` +
          `Install Go, or ${what.instead}.`,
      );
    }
    throw new Error(`${what.needs} needs Go ${oldest} or newer; \`go\` says:\n${(error as Error).message}`);
  }
  const [, major = "0", minor = "0"] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const older =
    Number(major) < OLDEST_GO[0] || (Number(major) === OLDEST_GO[0] && Number(minor) < OLDEST_GO[1]);
  if (older) throw new Error(`${what.needs}: expected Go ${oldest} or newer, found ${version}. Update Go.`);
  return version;
}
