import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type MeshSettings, SidecarMesh } from "pulumi-istio-sidecar";
import { template } from "../configMap/injectorText";
import { layerType, recordedResources } from "./recordedResources";

const settings: MeshSettings = {
  rollout: { maxConcurrent: 1 },
  global: { terminationDrainDuration: "10s" },
  namespaces: { shop: { dnsProxy: true }, canary: { proxyResources: { limits: { cpu: 1 } } } },
  workloads: {
    shop: { namespace: "shop", selector: { matchLabels: { app: "web" } }, concurrency: 3 },
  },
};

describe("a mesh's settings as data", () => {
  const chart = mkdtempSync(join(tmpdir(), "sidecar-chart-"));
  before(async () => {
    await mkdir(join(chart, "files"));
    await writeFile(join(chart, "files/injection-template.yaml"), `\n${template}\n\n`);
    const defaults = { global: { proxy: { resources: { limits: { cpu: "2000m" } } } } };
    await writeFile(
      join(chart, "values.yaml"),
      `_internal_defaults_do_not_set: ${JSON.stringify(defaults)}\n`,
    );
  });
  after(() => rmSync(chart, { recursive: true, force: true }));

  /** What a function returns inside of a program, which is where stacks have names. */
  async function inProgram<Result>(work: () => Result): Promise<Result> {
    const done: { result?: Result; error?: unknown } = {};
    await recordedResources(() => {
      try {
        done.result = work();
      } catch (error) {
        done.error = error;
      }
    });
    if (done.error) throw done.error;
    return done.result as Result;
  }

  it("are the components that a settings file asks for", async () => {
    const recorded = await recordedResources(() => new SidecarMesh("mesh", settings));
    assert.deepEqual(
      recorded
        .filter(({ lineage }) => lineage.endsWith(layerType))
        .map(({ name }) => name)
        .sort(),
      ["mesh-canary-layer", "mesh-global-layer", "mesh-shop-layer", "mesh-shop-workloads-layer"],
    );
  });

  it("are in Helm values the layers that these components own", async () => {
    const recorded = await recordedResources(() => new SidecarMesh("mesh", settings));
    const values = await inProgram(() => SidecarMesh.helmValues("mesh", settings, {}, { chart }));
    const { layers } = (values.global as { sidecarSettings: { layers: Record<string, { owner: string }> } })
      .sidecarSettings;
    const owners = recorded
      .filter(({ lineage }) => lineage.endsWith(layerType))
      .map(({ inputs }) => String(inputs.owner));
    assert.deepEqual(Object.keys(layers).sort(), ["*", "canary", "shop", "shop/shop"]);
    assert.deepEqual(
      Object.values(layers)
        .map(({ owner }) => owner)
        .sort(),
      owners.sort(),
    );
  });

  it("go by the injector: the values' revision has those that name it", async () => {
    const both: MeshSettings = {
      namespaces: { shop: { dnsProxy: true, injector: { revision: "1-31" } }, cart: { dnsProxy: true } },
    };
    const targets = async (revision?: string) => {
      const values = await inProgram(() => SidecarMesh.helmValues("mesh", both, { revision }, { chart }));
      return Object.keys((values.global as { sidecarSettings: { layers: object } }).sidecarSettings.layers);
    };
    assert.deepEqual(await targets("1-31"), ["shop"]);
    assert.deepEqual(await targets(), ["cart"]);
  });

  it("that don't go with what the chart installs are refused before Helm has them", async () => {
    const tight: MeshSettings = { namespaces: { shop: { proxyResources: { requests: { cpu: 3 } } } } };
    await assert.rejects(
      inProgram(() => SidecarMesh.helmValues("mesh", tight, {}, { chart })),
      {
        name: "SettingsError",
        message: /request from namespace, limit from installed/,
      },
    );
    const roomy = { global: { proxy: { resources: { limits: { cpu: "4" } } } } };
    assert.ok(await inProgram(() => SidecarMesh.helmValues("mesh", tight, roomy, { chart })));
  });

  it("without the chart say how to get it", async () => {
    await assert.rejects(
      inProgram(() => SidecarMesh.helmValues("mesh", settings, {}, { chart: tmpdir() })),
      { name: "InjectorRefusal", message: /not an istiod chart: .*helm pull istio\/istiod .*--untar/ },
    );
  });

  it("are refused with every problem and its path", () => {
    const wrong = { namespaces: { shop: { dnsProxi: true } }, workloads: { web: {} } };
    assert.throws(() => new SidecarMesh("mesh", wrong as unknown as MeshSettings), {
      name: "SettingsError",
      message: /namespaces\.shop\.dnsProxi: unknown key(.|\n)*workloads\.web\.namespace: expected/,
    });
  });
});
