import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { addPackage } from "../pulumi/addPackage";
import { copyProgram } from "../pulumi/copyProgram";
import { goProgram } from "../pulumi/goProgram";
import { installPlugin } from "../pulumi/installPlugin";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import { pulumi } from "../pulumi/pulumi";

const root = join(__dirname, "../..");
const plugin = join(root, "plugin");

// Go's SDK from the plugin's folder runs in test/e2e/languages
describe("`pulumi package add` in a project that has no SDK", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-package-add-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const project = (name: string, more: Partial<ProgramOptions> = {}): ProgramOptions => ({
    cwd: join(folder, name),
    stack: "dev",
    state: join(folder, `${name}-state`),
    // A preview without a cluster says what it could not look up, and shows the settings.
    env: { KUBECONFIG: join(folder, "no-such-file") },
    ...more,
  });
  const packagesOf = async ({ cwd }: ProgramOptions) =>
    (parse(await readFile(join(cwd, "Pulumi.yaml"), "utf8")) as { packages?: unknown }).packages;
  const limitsInPreview = async (options: ProgramOptions) => {
    const preview = await pulumi.preview(options);
    assert.ok(preview.ok, preview.stdoutText);
    const layer = preview.steps.find(({ name }) => name === "shop-layer");
    return (layer?.newState?.inputs?.proxyResources as { limits?: unknown } | undefined)?.limits;
  };
  const limits = { cpu: "1", memory: "1Gi" };

  test("from the plugin's folder, in Python: the SDK is installed, and the program runs with it", async () => {
    const options = project("python", { language: "python" });
    await copyProgram(join(root, "examples/python"), options.cwd);
    const added = await addPackage(plugin, options);
    assert.deepEqual(await packagesOf(options), { "istio-sidecar": plugin });
    assert.match(await readFile(join(options.cwd, "requirements.txt"), "utf8"), /^sdks\/istio-sidecar$/m);
    assert.deepEqual(await limitsInPreview(added), limits);
  });

  test("from the plugin's folder, for Node: the SDK is installed, and a program in TypeScript runs with it", async () => {
    const options = project("node");
    await mkdir(options.cwd);
    const write = (file: string, text: string) => writeFile(join(options.cwd, file), text);
    await write("Pulumi.yaml", stringify({ name: "node", runtime: "nodejs" }));
    const { version } = JSON.parse(
      await readFile(require.resolve("@pulumi/pulumi/package.json"), "utf8"),
    ) as { version: string };
    await write("package.json", JSON.stringify({ dependencies: { "@pulumi/pulumi": version } }));
    await write(
      "index.ts",
      `import * as sidecar from "@pulumi/istio-sidecar";
new sidecar.NamespaceSidecarSettings("shop", {
  namespace: "shop",
  proxyResources: { limits: { cpu: 1, memory: "1Gi" } },
});\n`,
    );
    const added = await addPackage(plugin, options);
    assert.deepEqual(await packagesOf(options), { "istio-sidecar": plugin });
    assert.deepEqual(await limitsInPreview(added), limits);
  });

  test("from a release's archive, once it is installed: by name, the same SDK as from the folder", async () => {
    const fromFolder = await goProgram(join(root, "examples/go"), join(folder, "from-folder"));
    const options = project("archive", { language: "go" });
    await copyProgram(join(root, "examples/go"), options.cwd);
    const version = await installPlugin(folder, options);
    const added = await addPackage("istio-sidecar", options);
    assert.deepEqual(await packagesOf(options), { "istio-sidecar": `istio-sidecar@${version}` });
    await promisify(execFile)("diff", ["-r", join(fromFolder, "sdks"), join(options.cwd, "sdks")]);
    assert.deepEqual(await limitsInPreview(added), limits);
  });
});
