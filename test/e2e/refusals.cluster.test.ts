import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pulumi } from "../pulumi/pulumi";

/** What is wrong in a program -> what Pulumi prints of it. No cluster is needed for any of them. */
const messages: Record<string, RegExp | RegExp[]> = {
  secret: [
    /error: .*shop: env\.TOKEN: expected a plain value, got a secret/,
    /error: .*api: selector\.matchLabels\.app: expected a plain value, got a secret/,
  ],
  mesh: /error: the sidecar settings of mesh: 1 problem\n.*✖ namespaces\.shop\.concurrency: expected .*, got "many"/,
  key: /error: shop: ✖ dnsProxi: unknown key "dnsProxi": did you mean dnsProxy\?/,
  missing:
    /'shop-layer': .*expected the name of a namespace that Istio injects into, got null\. Write the one name/,
  elsewhere:
    /error: shop: expected a Kubernetes cluster by .*, got kubernetes:renderYamlToDirectory of the stack/,
  pod: /error: withSidecarSettings: 1 problem\n.*✖ logLevel: expected .*, got "loud"/,
};

describe("settings that turn out to be wrong after the program's last line", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-refusals-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [wrong, message] of Object.entries(messages))
    test(`${wrong}: are refused with what is wrong, and no stack trace`, async () => {
      const { ok, stdoutText } = await pulumi.preview({
        cwd: join(__dirname, "refusalsProgram"),
        stack: "dev",
        state: folder,
        config: { wrong, ...(wrong === "elsewhere" ? { "kubernetes:renderYamlToDirectory": "yaml" } : {}) },
        env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
      });
      assert.equal(ok, false, stdoutText);
      for (const one of [message].flat()) assert.match(stdoutText, one);
      assert.doesNotMatch(stdoutText, /^.*\s{4}at .+:\d+:\d+\)?$/m);
    });

  test("a program that brings the package's code along, without the package beside it, is told to install it", async () => {
    const [cwd, modules] = [join(folder, "bundled"), join(__dirname, "../../node_modules")];
    const bundled = join(__dirname, "../../provider");
    const program = `new (require(${JSON.stringify(bundled)}).GlobalSidecarSettings)("mesh", { dnsProxy: true });`;
    await mkdir(join(cwd, "node_modules"), { recursive: true });
    await symlink(join(modules, "@pulumi"), join(cwd, "node_modules/@pulumi"));
    await writeFile(join(cwd, "index.js"), program);
    await writeFile(join(cwd, "package.json"), "{}");
    await writeFile(join(cwd, "Pulumi.yaml"), "{ name: bundled, runtime: nodejs }");
    const { ok, stdoutText } = await pulumi.preview({ cwd, stack: "dev", state: join(folder, "alone") });
    assert.equal(ok, false, stdoutText);
    assert.match(
      stdoutText,
      /error: expected the package pulumi-istio-sidecar in node_modules of .* or a folder above/,
    );
  });
});
