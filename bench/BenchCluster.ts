import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../provider/cluster/connect";
import { dryRunPod } from "../provider/cluster/dryRunPod";
import { type KubernetesApi, listAll, type ObjectMeta } from "../provider/cluster/KubernetesApi";
import type { InjectorData } from "../provider/configMap/InjectorData";
import { forEachLimit } from "../provider/data/forEachLimit";
import { readInjector, writeInjector } from "../provider/injector/Injector";
import { type Cluster, startCluster } from "../test/cluster/cluster";
import { readState } from "../test/cluster/clusterState";
import type { Component } from "../test/cluster/component";
import { deploymentObject } from "../test/cluster/deploymentObject";
import { createNamespace } from "../test/laws/injection";
import { progress } from "./Benchmark";

const injector = { namespace: "istio-system" };
const takenUp = "bench/taken-up";

interface DeploymentOptions {
  minReadySeconds?: number;
  /** More labels of a Deployment's pods, by its place. */
  labels?: (place: string) => Record<string, string>;
}

/** A control plane of our own, with a mesh of the size that a benchmark asks for. */
export class BenchCluster {
  private written = 0;

  private constructor(
    readonly cluster: Cluster,
    readonly api: KubernetesApi,
    /** The injector's texts as Istio was installed. */
    readonly installed: InjectorData,
  ) {}

  static async with<Result>(
    work: (cluster: BenchCluster) => Promise<Result>,
    options: { audit?: boolean } = {},
  ): Promise<Result> {
    if (process.env.SIDECAR_TEST_KUBECONFIG)
      throw new Error("benchmarks change all of a mesh: unset SIDECAR_TEST_KUBECONFIG, and they start one");
    const cluster = await startCluster({ ...options, progress });
    try {
      const api = await connect({ kubeconfig: cluster.kubeconfig });
      return await work(new BenchCluster(cluster, api, (await readInjector(api, injector)).data));
    } finally {
      await cluster.stop();
    }
  }

  /** The same, with the requests in an audit log, and a folder for programs' state that is gone afterwards. */
  static async withFolder<Result>(
    work: (cluster: BenchCluster, folder: string) => Promise<Result>,
  ): Promise<Result> {
    const folder = await mkdtemp(join(tmpdir(), "sidecar-bench-"));
    try {
      return await BenchCluster.with((cluster) => work(cluster, folder), { audit: true });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async pid(component: Component): Promise<number> {
    const { pid } = (await readState(this.cluster.name))?.processes[component] ?? {};
    if (pid === undefined) throw new Error(`${component} does not run`);
    return pid;
  }

  async namespaces(names: readonly string[]): Promise<void> {
    progress(`creating ${names.length} namespaces`);
    await forEachLimit(names, 16, (name) => createNamespace(this.api, name));
  }

  /** Deployments of all these places, `namespace/name`, with all their pods ready. */
  async deployments(
    places: readonly string[],
    replicas: number,
    options: DeploymentOptions = {},
  ): Promise<void> {
    const wanted = places.length * replicas;
    progress(`creating ${places.length} Deployments with ${wanted} pods`);
    await forEachLimit(places, 16, (place) => this.deployment(place, replicas, options));
    await this.podsReady(wanted, new Set(places.map((place) => place.split("/")[0] ?? "")));
  }

  private async deployment(
    place: string,
    replicas: number,
    { minReadySeconds = 0, labels: more = () => ({}) }: DeploymentOptions,
  ): Promise<void> {
    const [namespace = "", name = ""] = place.split("/");
    await this.api.request({
      method: "POST",
      path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
      body: deploymentObject(name, { replicas, minReadySeconds, labels: more(place) }),
    });
  }

  private async podsReady(wanted: number, namespaces: ReadonlySet<string>): Promise<void> {
    for (let told = 0; ; ) {
      const running = await listAll<{ metadata: ObjectMeta }>(this.api, "/api/v1/pods", {
        query: { fieldSelector: "status.phase=Running" },
        metadataOnly: true,
      });
      const ready = running.filter(({ metadata }) => namespaces.has(metadata.namespace ?? "")).length;
      if (ready >= wanted) return;
      if (ready - told >= 1000) {
        progress(`${ready} of ${wanted} pods`);
        told = ready;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** The injector's texts as they are now. */
  async texts(): Promise<InjectorData> {
    return (await readInjector(this.api, injector)).data;
  }

  /** Puts these texts into the injector, and waits until it gives pods what they say. */
  async inject(data: InjectorData): Promise<void> {
    const mark = `${++this.written}`;
    const config = data.config.replace(
      /^injectedAnnotations:.*$/m,
      `injectedAnnotations: {"${takenUp}": "${mark}"}`,
    );
    if (config === data.config) throw new Error("the injector's config has no injectedAnnotations to mark");
    const current = await readInjector(this.api, injector);
    await writeInjector(this.api, injector, current, { config, values: data.values });
    const labels = { "sidecar.istio.io/inject": "true" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "app", image: "app:1" }] } };
    for (let tries = 0; tries < 300; tries++) {
      const pod = await dryRunPod(this.api, "default", template).catch(() => undefined);
      if (pod?.metadata.annotations?.[takenUp] === mark) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the injector did not take up the ConfigMap in 30 s");
  }
}
