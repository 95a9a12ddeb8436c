/*
 * Packs the Pulumi plugin as a release has it: `npx tsx scripts/packPlugin.ts FOLDER` writes pulumi-resource-istio-sidecar-vVERSION.tar.gz
 * there and prints its path. The npm package is in it, so that a plugin never runs another version's code.
 */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = join(__dirname, "..");
const files = ["PulumiPlugin.yaml", ".npmrc", "index.js", "schema.json"];

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
}

export function packPlugin(folder: string): string {
  const content = mkdtempSync(join(tmpdir(), "sidecar-pack-"));
  try {
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--pack-destination", content], {
        cwd: join(root, "provider"),
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as { filename: string }[];
    if (!packed) throw new Error("npm packed nothing");
    const manifest = JSON.parse(readFileSync(join(root, "plugin/package.json"), "utf8")) as Manifest;
    manifest.dependencies["pulumi-istio-sidecar"] = `file:${packed.filename}`;
    writeFileSync(join(content, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
    for (const file of files) cpSync(join(root, "plugin", file), join(content, file));
    cpSync(join(root, "LICENSE"), join(content, "LICENSE"));
    const archive = join(resolve(folder), `pulumi-resource-istio-sidecar-v${manifest.version}.tar.gz`);
    execFileSync("tar", ["-czf", archive, "-C", content, "."]);
    return archive;
  } finally {
    rmSync(content, { recursive: true, force: true });
  }
}

const [folder] = process.argv.slice(2);
if (require.main === module) {
  if (folder === undefined) throw new Error("expected a folder, got nothing. Name where the archive goes.");
  console.log(packPlugin(folder));
}
