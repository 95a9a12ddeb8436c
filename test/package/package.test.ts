import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { nodesPresent } from "./nodesPresent";
import { packInto } from "./packed";

const repository = join(__dirname, "../..");

/** Runs a command, and returns what it printed; its whole text as an error where it failed. */
function printed(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, npm_config_loglevel: "error", ...env },
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? ""}\n${stdout}\n${stderr}`);
  return stdout;
}

describe("the package, packed and installed in an empty project", () => {
  let project: string;
  let files: string[];

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "sidecar-package-"));
    const packed = packInto(project);
    files = packed.files;
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "empty", private: true }));
    const { devDependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    const peers = ["@pulumi/pulumi", "@pulumi/kubernetes"].map((name) => `${name}@${devDependencies[name]}`);
    const args = ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
    printed("npm", [...args, packed.path, ...peers], project);
  });
  after(() => rm(project, { recursive: true, force: true }));

  it("has the code, its types and the schema, and neither sources nor what only the build needs", () => {
    for (const wanted of [
      "dist/index.js",
      "dist/index.d.ts",
      "dist/dynamic.js",
      "dist/cli/main.js",
      "settings.schema.json",
      "rbac.yaml",
      "project/gitignore",
      "project/.github/workflows/sidecar-settings.yml",
      "README.md",
      "LICENSE",
      "package.json",
    ])
      assert.ok(files.includes(wanted), `${wanted} among ${files.length} files`);
    assert.deepEqual(
      files.filter(
        (path) =>
          path.includes("tsbuildinfo") ||
          (path.endsWith(".ts") && !path.endsWith(".d.ts") && !path.startsWith("project/")),
      ),
      [],
    );
  });

  for (const [version, node] of nodesPresent()) {
    it(`is required, by both of its names, on Node ${version}`, () => {
      const script = `
        const { GlobalSidecarSettings, NamespaceSidecarSettings, readPlatformFile } = require("pulumi-istio-sidecar");
        const dynamic = require("pulumi-istio-sidecar/dynamic");
        const schema = require("pulumi-istio-sidecar/settings.schema.json");
        console.log([GlobalSidecarSettings.name, NamespaceSidecarSettings.name, typeof readPlatformFile, typeof dynamic.layer.check, schema.title].join(" "));
      `;
      assert.equal(
        printed(node, ["-e", script], project).trim(),
        "GlobalSidecarSettings NamespaceSidecarSettings function function Istio sidecar settings",
      );
    });

    it(`runs as a command and as a plugin of kubectl, on Node ${version}`, () => {
      for (const bin of ["sidecar-settings", "kubectl-sidecar_settings"]) {
        const script = join(project, "node_modules/.bin", bin);
        assert.ok(existsSync(script));
        assert.match(printed(node, [script, "--help"], project), /Usage: sidecar-settings/);
      }
    });
  }

  it("runs by npx", () => {
    const { version } = JSON.parse(readFileSync(join(repository, "provider/package.json"), "utf8")) as {
      version: string;
    };
    assert.equal(printed("npx", ["--no-install", "sidecar-settings", "--version"], project).trim(), version);
  });
});
