import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { nodesPresent } from "./nodesPresent";
import { packProvider, peers } from "./packedProvider";
import { printed } from "./printed";

const repository = join(__dirname, "../..");

describe("the package, packed and installed in an empty project", () => {
  let project: string;
  let files: readonly string[];

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "sidecar-package-"));
    const packed = packProvider(project);
    files = packed.files;
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "empty", private: true }));
    const args = ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
    const beside = Object.entries(peers()).map(([name, version]) => `${name}@${version}`);
    printed("npm", [...args, packed.path, ...beside], project);
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

  it("reads a kubeconfig without Kubernetes' client beside it, and names the license of each package in its place", () => {
    assert.ok(!existsSync(join(project, "node_modules/@kubernetes/client-node")));
    const installed = join(project, "node_modules/pulumi-istio-sidecar");
    const bundle = readFileSync(join(installed, "dist/cluster/kubeConfig.js"), "utf8");
    const bundled = [...bundle.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(
      ([, name]) => name,
    );
    assert.ok(bundled.includes("@kubernetes/client-node") && bundled.includes("openid-client"));
    const licenses = readFileSync(join(installed, "dist/THIRD-PARTY-LICENSES.txt"), "utf8");
    const named = [...licenses.matchAll(/^(\S+) \d+\.\d+\.\d+ \([^)]+\)$/gm)].map(([, name]) => name);
    assert.deepEqual(named, [...new Set(bundled)].sort());
  });

  for (const [version, node] of nodesPresent()) {
    it(`is required, by both of its names, on Node ${version}`, () => {
      const script = `
        const { GlobalSidecarSettings, NamespaceSidecarSettings, readSettingsFile } = require("pulumi-istio-sidecar");
        const dynamic = require("pulumi-istio-sidecar/dynamic");
        const schema = require("pulumi-istio-sidecar/settings.schema.json");
        console.log([GlobalSidecarSettings.name, NamespaceSidecarSettings.name, typeof readSettingsFile, typeof dynamic.layer.check, schema.title].join(" "));
      `;
      assert.equal(
        printed(node, ["-e", script], project).trim(),
        "GlobalSidecarSettings NamespaceSidecarSettings function function Istio sidecar settings",
      );
    });

    it(`runs as a command and as a plugin of kubectl, on Node ${version}`, () => {
      for (const bin of ["pulumi-istio-sidecar", "sidecar-settings", "kubectl-sidecar_settings"]) {
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
