import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { sdkGenerator } from "./toolchain";

/** What the tests' Python programs run with, from PyPI. */
const pulumiForPython = "pulumi==3.272.0";

/** The folder of a Python that has this package's SDK: a virtual environment below `folder`. Takes 20 s, and asks PyPI. */
export async function pythonWithSdk(folder: string): Promise<string> {
  const [venv, sdk] = [join(folder, "venv"), join(folder, "sdk")];
  await run(await sdkGenerator(), "python", join(__dirname, "../../plugin/schema.json"), sdk);
  await run("python3", "-m", "venv", venv);
  await run(join(venv, "bin/pip"), "install", "--quiet", "--disable-pip-version-check", pulumiForPython, sdk);
  return join(venv, "bin");
}

async function run(command: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(command, args);
}
