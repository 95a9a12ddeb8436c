import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect } from "../../provider/cluster/connect";
import { dryRunPod } from "../../provider/cluster/dryRunPod";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { allContainers } from "../../provider/cluster/podTemplate";
import { yamlData } from "../../provider/data/spliceMap";
import { valueAt } from "../../provider/data/valueAt";
import { readInjector } from "../../provider/injector/Injector";
import { istioSources } from "./build";
import { type Cluster, startCluster } from "./cluster";
import { readState } from "./clusterState";
import { istiodPorts } from "./component";
import { istioRelease, istioReleases, wantedRelease } from "./istioRelease";
import { requireRelease } from "./requireRelease";

const skip = process.env.SIDECAR_TEST_KUBECONFIG !== undefined;
const release = wantedRelease();

describe(`the Istio of the test bed, ${release?.version ?? "the newest"}`, { skip }, () => {
  let cluster: Cluster;
  let api: KubernetesApi;

  before(async () => {
    cluster = await startCluster();
    api = await connect({ kubeconfig: cluster.kubeconfig });
  });
  after(() => cluster?.stop());

  test("has the injector's template of its own sources", async () => {
    const chart = join(await istioSources(release), "manifests/charts/istio-control/istio-discovery");
    const { data } = await readInjector(api, { namespace: "istio-system" });
    assert.equal(
      String(valueAt(yamlData(data.config, "data.config"), ["templates", "sidecar"])).trim(),
      (await readFile(join(chart, "files/injection-template.yaml"), "utf8")).trim(),
    );
  });

  test("injects sidecars of its version", async () => {
    const { spec } = await dryRunPod(api, "default", {
      metadata: { labels: { "sidecar.istio.io/inject": "true" } },
      spec: { containers: [{ name: "app", image: "app:1" }] },
    });
    const proxy = allContainers(spec).find(({ name }) => name === "istio-proxy");
    assert.match(String(proxy?.image), new RegExp(`/proxyv2:${release?.version ?? "latest"}$`));
  });

  test("is refused if its istiod is another's", async () => {
    const state = await readState(cluster.name);
    assert.ok(state);
    const istiod = `http://127.0.0.1:${istiodPorts(state, undefined).monitoring}`;
    for (const other of istioReleases.filter((name) => name !== release?.name))
      await assert.rejects(requireRelease(istioRelease(other), istiod), /: expected istiod .*, got /);
    if (release !== undefined) await requireRelease(release, istiod);
  });
});
