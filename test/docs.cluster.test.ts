import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { type IstiodChart, unpackIstiodChart } from "./cluster/istiodChart";
import { commandsIn, documents } from "./documents";
import { Mesh } from "./e2e/Mesh";

const main = join(__dirname, "../provider/dist/cli/main.js");
const preview = join(__dirname, "report/previews/settings-change-at-several-levels/preview.json");

const stackState = {
  version: 3,
  deployment: { resources: [{ urn: "urn:pulumi:prod::mesh::pulumi:pulumi:Stack::mesh-prod" }] },
};

// prose names a command alone; what it works on is said around it
const withFile = ([command = "", ...rest]: string[]) => {
  if (rest.length > 0) return [command, ...rest];
  if (command === "report") return [command, "preview.json"];
  if (command === "explain") return [command, "deployment/api", "-n", "shop"];
  return ["diff", "render"].includes(command) ? [command, "settings.yaml"] : [command];
};

const lines = new Set(
  documents.flatMap(({ text }) => commandsIn(text).map((args) => withFile(args).join(" "))),
);

describe("commands that documents name, on a mesh", () => {
  let mesh: Mesh;
  let folder: string;
  let kubeconfig: string;
  let chart: IstiodChart;
  before(async () => {
    mesh = await Mesh.start();
    folder = await mkdtemp(join(tmpdir(), "sidecar-docs-"));
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api");
    await writeFile(join(folder, "settings.yaml"), "namespaces: { shop: { dnsProxy: true } }\n");
    await writeFile(join(folder, "values.yaml"), "pilot: { autoscaleMin: 2 }\n");
    chart = await unpackIstiodChart();
    await cp(chart.folder, join(folder, "charts/istiod"), { recursive: true });
    await copyFile(preview, join(folder, "preview.json"));
    await writeFile(join(folder, "state.json"), JSON.stringify(stackState));
    // contexts of the guides, all of them this cluster
    const config = parse(await readFile(mesh.cluster.kubeconfig, "utf8")) as {
      contexts: { name: string; context: object }[];
    };
    const [present] = config.contexts;
    assert.ok(present);
    for (const name of ["eu", "us"]) config.contexts.push({ ...present, name });
    kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  });
  after(async () => {
    await mesh?.stop();
    await chart?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const ran = (args: readonly string[]): Promise<{ code: unknown; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: "1" };
      const options = { cwd: folder, env, maxBuffer: 1e8, timeout: 120_000 };
      execFile(process.execPath, [main, ...args], options, (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      );
    });

  test("there are some, of every command but those for shells", () => {
    const commands = new Set([...lines].map((line) => line.split(" ")[0]));
    for (const wanted of ["status", "explain", "diff", "doctor", "import", "report"])
      assert.ok(commands.has(wanted), wanted);
  });

  for (const line of lines) {
    test(`sidecar-settings ${line}`, async () => {
      const { code, out, err } = await ran(line.split(" "));
      // 3: something needs to be done, which is an answer
      assert.ok(code === 0 || (code === 3 && /--exit-code|^doctor/.test(line)), `${code}: ${err}`);
      assert.ok(out.length > 20, out);
    });
  }
});
