import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { template } from "../configMap/injectorText";
import { installPlugin } from "../pulumi/installPlugin";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import { pulumi } from "../pulumi/pulumi";
import { sdkGenerator } from "../pulumi/toolchain";

const root = join(__dirname, "../..");
const plugin = join(root, "plugin");
const schema = join(plugin, "schema.json");
const run = promisify(execFile);

// Go's SDK compiles in examples/go, by test/e2e/languages; Python and Node run with theirs in test/plugin/packageAdd
describe("the plugin", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-sdks-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const generate = async (language: string, from = schema, name = language) => {
    const to = join(folder, name);
    await run(await sdkGenerator(), [language, from, to]);
    return to;
  };
  const program = async (name: string, manifest: object = {}): Promise<ProgramOptions> => {
    const cwd = join(folder, name);
    await mkdir(cwd, { recursive: true });
    const shop = {
      type: "istio-sidecar:NamespaceSidecarSettings",
      properties: { namespace: "shop", dnsProxy: true },
    };
    await writeFile(
      join(cwd, "Pulumi.yaml"),
      stringify({ name, runtime: "yaml", resources: { shop }, ...manifest }),
    );
    const env = { KUBECONFIG: join(folder, "no-such-file") };
    return { cwd, stack: "dev", state: join(folder, `${name}-state`), language: "yaml", env };
  };

  test("`pulumi package get-schema` takes its schema without a warning", async () => {
    const { code, stdout, text } = await pulumi.command(
      ["package", "get-schema", plugin],
      await program("schema"),
    );
    assert.equal(code, 0, text);
    assert.deepEqual(JSON.parse(stdout), JSON.parse(await readFile(schema, "utf8")));
    // a language host that was built for tests is said to come from PATH
    const said = text.split("\n").filter((line) => !stdout.includes(line) && !line.includes("from $PATH"));
    assert.deepEqual(said, []);
  });

  test("its SDK for Python compiles, and names settings as Python does", async () => {
    const sdk = await generate("python");
    await run("python3", ["-m", "compileall", "-q", sdk]);
    const inputs = await readFile(join(sdk, "pulumi_istio_sidecar/_inputs.py"), "utf8");
    assert.match(inputs, /exclude_outbound_ports/);
  });

  test("its SDK for Node compiles", async () => {
    const sdk = await generate("nodejs");
    await symlink(join(root, "node_modules"), join(sdk, "node_modules"));
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", sdk]);
  });

  test("cloned from somebody's repository, its SDKs have the same names as from a folder", async () => {
    const from = JSON.parse(await readFile(schema, "utf8")) as { meta: object };
    const cloned = join(folder, "cloned.json");
    // what `pulumi package add` makes of it
    const meta = { ...from.meta, supportPack: true };
    await writeFile(cloned, JSON.stringify({ ...from, meta, namespace: "somebody" }));
    const sdk = (language: string) => generate(language, cloned, `cloned-${language}`);
    assert.ok((await readdir(await sdk("python"))).includes("pulumi_istio_sidecar"));
    assert.match(
      await readFile(join(await sdk("go"), "go.mod"), "utf8"),
      /^module example\.com\/pulumi-istio-sidecar\/sdk\/go$/m,
    );
    const { name } = JSON.parse(await readFile(join(await sdk("nodejs"), "package.json"), "utf8")) as {
      name: string;
    };
    assert.equal(name, "@pulumi/istio-sidecar");
  });

  test("gives a program in YAML the istiod chart's values, with the mesh's settings for the program's stack", async () => {
    const chart = join(folder, "istiod");
    await mkdir(join(chart, "files"), { recursive: true });
    await writeFile(join(chart, "files/injection-template.yaml"), template);
    await writeFile(join(chart, "values.yaml"), "_internal_defaults_do_not_set: { global: { proxy: {} } }\n");
    const options = await program("helm-values", {
      packages: { "istio-sidecar": plugin },
      resources: {},
      variables: {
        istiod: {
          "fn::invoke": {
            function: "istio-sidecar:helmValues",
            arguments: {
              stack: `\${pulumi.organization}/\${pulumi.project}/\${pulumi.stack}`,
              mesh: "mesh",
              settings: { namespaces: { shop: { dnsProxy: true } } },
              // from the program's folder
              chart: "../istiod",
              values: { pilot: { autoscaleMin: 2 } },
            },
            return: "values",
          },
        },
      },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Pulumi YAML's own
      outputs: { istiod: "${istiod}" },
    });
    const { ok, outputs, stdoutText } = await pulumi.up({ ...options, skipPreview: true });
    assert.ok(ok, stdoutText);
    const istiod = outputs.istiod as {
      pilot: unknown;
      global: { sidecarSettings: { layers: Record<string, { owner: string }> } };
    };
    assert.deepEqual(istiod.pilot, { autoscaleMin: 2 });
    assert.equal(
      istiod.global.sidecarSettings.layers.shop?.owner,
      "organization/helm-values/dev:istio-sidecar:index:SidecarMesh/mesh-shop",
    );
  });

  test("packed as in a release it installs from its archive, and serves a program that only names it", async () => {
    const options = await program("packed");
    await installPlugin(folder, options);
    const preview = await pulumi.preview(options);
    assert.ok(preview.ok, preview.stdoutText);
    assert.match(preview.stdoutText, /istio-sidecar:index:SettingsLayer shop-layer create/);
    assert.match(
      preview.stdoutText,
      /could not look up the settings in istio-system\/istio-sidecar-injector/,
    );
  });
});
