import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { compose } from "../provider/configMap/compose";
import { readInjector, writeInjector } from "../provider/injector/Injector";
import { diagnose } from "../provider/mesh/diagnose";
import { parseSettings } from "../provider/settings/parseSettings";
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
    for (const name of ["api", "checkout"]) await mesh.deployment("shop", name);
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

  const ran = (
    args: readonly string[],
    more: Record<string, string> = {},
  ): Promise<{ code: unknown; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: "1", ...more };
      const options = { cwd: folder, env, maxBuffer: 1e8, timeout: 120_000 };
      execFile(process.execPath, [main, ...args], options, (error, out, err) =>
        resolve({ code: error?.code ?? 0, out, err }),
      );
    });

  test("cover every command but completion", () => {
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

  test("docs/operate.md shows what status, explain and diff print at 80 columns", async () => {
    await mesh.namespace("cart");
    await mesh.deployment("cart", "api");
    await mesh.deployment("shop", "web");
    await mesh.patch("/apis/apps/v1/namespaces/shop/deployments/checkout", {
      metadata: { annotations: { "sidecar-settings/rollout": "never" } },
    });
    const injector = { namespace: "istio-system" };
    const current = await readInjector(mesh.api, injector);
    const owner = "acme/mesh/prod:shop";
    const { value: settings } = parseSettings({ proxyResources: { limits: { cpu: 1 } }, logLevel: "info" });
    await writeInjector(mesh.api, injector, current, compose(current.data, { shop: { owner, settings } }));
    await mesh.eventually("the injector shows it", async () => {
      const found = await diagnose(mesh.api, { injectorNamespace: "istio-system", namespace: "shop" });
      return found.some(({ check, is }) => check === "answer" && is === "ok");
    });
    await writeFile(
      join(folder, "next.yaml"),
      "namespaces:\n  shop: { proxyResources: { limits: { cpu: 1 } }, dnsProxy: true }\n",
    );
    const path = join(__dirname, "../docs/operate.md");
    let page = await readFile(path, "utf8");
    for (const line of ["status", "explain deployment/checkout -n shop", "diff settings.yaml"]) {
      const { code, out, err } = await ran(line.replace("settings.yaml", "next.yaml").split(" "), {
        COLUMNS: "80",
      });
      assert.equal(code, 0, err);
      const shown = `$ npx sidecar-settings ${line}\n${out.replaceAll("next.yaml", "settings.yaml")}`;
      const block = new RegExp(
        `\\$ npx sidecar-settings ${line.replaceAll(/[.]/g, "\\.")}\\n[\\s\\S]*?(?=\`\`\`)`,
      );
      if (process.env.UPDATE_GOLDENS === "1") {
        page = page.replace(block, () => shown);
        await writeFile(path, page);
      }
      assert.equal(block.exec(page)?.[0], shown, "UPDATE_GOLDENS=1 rewrites it");
    }
    const recorded = [...page.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
      block.split("\n"),
    );
    assert.deepEqual(
      recorded.filter((line) => line.length > 80),
      [],
    );
  });
});
