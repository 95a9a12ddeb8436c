import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { compose, strip } from "../../provider/configMap/compose";
import { helmValues } from "../../provider/configMap/helmValues";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { valueAt } from "../../provider/data/valueAt";
import type { Layers } from "../../provider/levels/Layer";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { settingGroups } from "../../scripts/settingGroups";
import { settingsOf } from "../../scripts/settingsReference";
import { type Cluster, startCluster } from "../cluster/cluster";
import { type IstiodChart, unpackIstiodChart } from "../cluster/istiodChart";
import { wantedRelease } from "../cluster/istioRelease";
import { Injection } from "./injection";
import { type IstioPod, istioPods, podsOfTests } from "./istioPods";
import { everything, otherwise } from "./lawSettings";
import { ofRelease } from "./ofRelease";

const release = wantedRelease()?.name;
const layers: Layers = {
  "*": { owner: "org/platform/prod:global", settings: ofRelease(parsed(otherwise), release) },
  shop: { owner: "org/platform/prod:shop", settings: ofRelease(parsed(everything), release) },
  "shop/api": {
    owner: "org/platform/prod:api",
    settings: parsed({ logLevel: "error", concurrency: 5 }),
    picks: { selector: [{ key: "app", operator: "Exists" }], priority: 1_000_000 },
  },
};

// the chart of another Istio than the cluster's would say nothing
const skip = process.env.SIDECAR_TEST_KUBECONFIG !== undefined;

describe("the istiod chart with helmValues", { skip }, () => {
  let cluster: Cluster;
  let chart: IstiodChart;
  let template: string;
  let plain: InjectorData;
  let withSettings: InjectorData;

  const rendered = async (values: object): Promise<InjectorData> => {
    const found = (await chart.render(values)).find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "istio-sidecar-injector",
    ) as { data?: InjectorData } | undefined;
    assert.ok(found?.data);
    return found.data;
  };

  before(async () => {
    [cluster, chart] = await Promise.all([startCluster(), unpackIstiodChart()]);
    template = `${(await readFile(join(chart.folder, "files/injection-template.yaml"), "utf8")).trim()}\n`;
    plain = await rendered({});
    withSettings = await rendered(helmValues({}, template, layers));
  });
  after(async () => {
    await cluster?.stop();
    await chart?.remove();
  });

  test("gives pods what the same layers give them in the ConfigMap of an Istio that knows nothing of them", async () => {
    const injection = await Injection.open(cluster.kubeconfig, ["shop", "other"]);
    const pods = await istioPods();
    for (const namespace of ["shop", "other"]) {
      const ours = await injection.inject(compose(plain, layers), namespace, pods);
      const charts = await injection.inject(withSettings, namespace, pods);
      const untouched = await injection.inject(plain, namespace, pods);
      const namesTemplates = new Set(pods.filter(choosesTemplates).map(({ name }) => name));
      const differing = (from: ReadonlyMap<string, string>) =>
        [...charts].filter(([pod, result]) => result !== from.get(pod)).map(([pod]) => pod);
      assert.deepEqual(
        differing(ours).filter((pod) => !namesTemplates.has(pod)),
        [],
        namespace,
      );
      assert.ok(differing(untouched).length > 0.69 * podsOfTests, "the settings reach pods");
    }
  });

  test("is left as Helm wrote it, while the layers are the same", () => {
    assert.deepEqual(Object.keys(layersOf(withSettings)).sort(), Object.keys(layers).sort());
    assert.deepEqual(layersOf(withSettings), layers);
    assert.deepEqual(compose(withSettings, layers), withSettings);
  });

  test("takes another program's layer into its data only, and gives it back byte for byte", () => {
    const more: Layers = { ...layers, cart: { owner: "org/cart/prod:cart", settings: {} } };
    const composed = compose(withSettings, more);
    assert.equal(composed.config, withSettings.config);
    assert.deepEqual(layersOf(composed), more);
    const stripped = strip(withSettings);
    assert.equal(stripped.config, withSettings.config);
    assert.deepEqual(strip(composed), stripped);
    assert.deepEqual(layersOf(stripped), {});
  });

  test("has the defaults that docs/settings.md names", {
    skip: release && "they are the newest Istio's",
  }, () => {
    const installed = JSON.parse(plain.values) as object;
    for (const group of settingGroups) {
      for (const { path, rendering } of settingsOf(group)) {
        const to = rendering("NAME");
        const [, named] = /^`(.*)`$/.exec(group.defaults[path] ?? group.defaults[""] ?? "") ?? [];
        if (to.to !== "value" || named === undefined) continue;
        // the chart leaves out what its template takes for false
        assert.equal(String(valueAt(installed, ["global", ...to.path]) ?? false), named, path);
      }
    }
  });

  test("without its data injects as Istio's own", async () => {
    const injection = await Injection.open(cluster.kubeconfig, ["shop"]);
    const pods = await istioPods();
    const bare = await injection.inject(strip(withSettings), "shop", pods);
    assert.deepEqual(bare, await injection.inject(plain, "shop", pods));
  });
});

function choosesTemplates({ template }: IstioPod): boolean {
  return template.metadata?.annotations?.["inject.istio.io/templates"] !== undefined;
}

function parsed(settings: SidecarSettings): Layers[string]["settings"] {
  const read = parseSettings(settings);
  assert.deepEqual(read.problems, []);
  return read.value;
}
