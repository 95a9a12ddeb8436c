import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packPlugin } from "../../scripts/packPlugin";
import type { ProgramOptions } from "./ProgramOptions";
import { pulumi } from "./pulumi";

const manifest = join(__dirname, "../../plugin/package.json");

/** Installs the plugin from its archive, packed in `folder` as a release has it. Returns its version. */
export async function installPlugin(folder: string, options: ProgramOptions): Promise<string> {
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const { code, text } = await pulumi.command(
    ["plugin", "install", "resource", "istio-sidecar", version, "--file", packPlugin(folder)],
    options,
  );
  assert.equal(code, 0, text);
  return version;
}
