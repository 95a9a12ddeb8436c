import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { isAlive } from "../builds/processIdentity.js";
import { type Cluster, istioTestdata, prepareCluster, type Sidecars, startCluster } from "./cluster.js";
import { type ClusterState, readState } from "./clusterState.js";
import { deploymentObject } from "./deploymentObject.js";
import { ApiError, eventually, KubeApi, type KubeObject } from "./kubeApi.js";

interface Container {
  name: string;
  image: string;
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  started?: boolean;
  state: { waiting?: { reason: string }; running?: object; terminated?: object };
}

interface Pod {
  metadata: { name: string };
  spec: { containers: Container[]; initContainers?: Container[] };
  status: {
    phase: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

const names = (list: { name: string }[] = []) => list.map(({ name }) => name);
const isReady = ({ status }: Pod) =>
  status.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;

// A cluster that is not ours can't be stopped, broken or looked into.
const skip = process.env.SIDECAR_TEST_KUBECONFIG !== undefined;

describe("the test control plane", { skip, concurrency: false }, () => {
  const clusters = new Map<Sidecars, Cluster>();
  const apis = new Map<Sidecars, KubeApi>();

  before(async () => {
    await prepareCluster();
    const started = await Promise.allSettled([
      startCluster({ sidecars: "native", audit: true, revisions: ["canary"] }),
      startCluster({ sidecars: "classic", istioValues: ["values.global.proxy.logLevel=debug"] }),
    ]);
    for (const one of started) if (one.status === "fulfilled") clusters.set(one.value.sidecars, one.value);
    for (const one of started) if (one.status === "rejected") throw one.reason;
    for (const [sidecars, cluster] of clusters) apis.set(sidecars, await openApi(cluster.kubeconfig));
  });

  after(async () => {
    for (const api of apis.values()) api.close();
    await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
  });

  for (const sidecars of ["native", "classic"] as const) {
    test(`a Deployment's pods come up with ${sidecars} sidecars, and go quickly`, async () => {
      const api = get(apis, sidecars);
      await api.apply(namespace("shop", { "istio-injection": "enabled" }));
      await api.apply(deploymentObject("web", { namespace: "shop", replicas: 2 }));
      const pods = await readyPods(api, "shop", "web", 2);
      for (const { spec, status } of pods) {
        assert.match(status.podIP ?? "", /^10\.244\./);
        const inInit = names(spec.initContainers).includes("istio-proxy");
        const inContainers = names(spec.containers).includes("istio-proxy");
        assert.deepEqual([inInit, inContainers], sidecars === "native" ? [true, false] : [false, true]);
        assert.deepEqual(names(status.initContainerStatuses), names(spec.initContainers));
        const proxy = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(
          ({ name }) => name === "istio-proxy",
        );
        assert.deepEqual(
          [proxy?.ready, proxy?.started, proxy?.state.running !== undefined],
          [true, true, true],
        );
        const init = status.initContainerStatuses?.find(({ name }) => name === "istio-init");
        assert.ok(init?.state.terminated);
      }
      const gone = Date.now();
      await api.request("DELETE", "/apis/apps/v1/namespaces/shop/deployments/web");
      await eventually(
        "the pods are gone",
        20,
        async () => (await podsOf(api, "shop", "web")).length === 0 || undefined,
      );
      assert.ok(Date.now() - gone < 10_000);
    });
  }

  test("Istio's settings reach the injector", async () => {
    const args = async (sidecars: Sidecars) => {
      const created = await get(apis, sidecars).request<{ spec: { containers: { args?: string[] }[] } }>(
        "POST",
        "/api/v1/namespaces/default/pods?dryRun=All",
        pod("settings", { labels: { "sidecar.istio.io/inject": "true" } }),
      );
      return JSON.stringify(created.spec);
    };
    assert.match(await args("classic"), /"--proxyLogLevel=debug"/);
    assert.doesNotMatch(await args("native"), /"--proxyLogLevel=debug"/);
  });

  test("another revision has an istiod and an injector of its own", async () => {
    const api = get(apis, "native");
    await api.apply(namespace("early", { "istio.io/rev": "canary" }));
    const made = await api.request<Pod>("POST", "/api/v1/namespaces/early/pods?dryRun=All", pod("one", {}));
    assert.ok(names(made.spec.initContainers).includes("istio-proxy"));
    await api.request("GET", "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector-canary");
  });

  for (const where of ["labels", "annotations"] as const) {
    test(`a pod marked never-ready in its ${where} runs, and is ready once the mark is off`, async () => {
      const api = get(apis, "native");
      const name = `unready-${where}`;
      const mark = { [where]: { "kwok.test/never-ready": "true" } };
      await api.request("POST", "/api/v1/namespaces/default/pods", pod(name, mark));
      const path = `/api/v1/namespaces/default/pods/${name}`;
      await eventually("the pod runs", 20, async () => (await phase(api, path)) === "Running" || undefined);
      await sleep(500);
      const unready = await api.request<Pod>("GET", path);
      assert.equal(isReady(unready), false);
      assert.equal(unready.status.containerStatuses?.[0]?.ready, false);
      const patch = { metadata: { [where]: { "kwok.test/never-ready": null } } };
      await api.request("PATCH", path, patch, "application/merge-patch+json");
      await eventually(
        "the pod is ready",
        20,
        async () => isReady(await api.request<Pod>("GET", path)) || undefined,
      );
    });
  }

  test("an image that does not exist is never pulled", async () => {
    const api = get(apis, "native");
    await api.request("POST", "/api/v1/namespaces/default/pods", pod("missing", {}, "app:does-not-exist"));
    const path = "/api/v1/namespaces/default/pods/missing";
    const found = await eventually("the kubelet gives up", 20, async () => {
      const one = await api.request<Pod>("GET", path);
      return one.status.containerStatuses?.[0]?.state.waiting === undefined ? undefined : one;
    });
    assert.equal(found.status.containerStatuses?.[0]?.state.waiting?.reason, "ImagePullBackOff");
    assert.equal(found.status.phase, "Pending");
    assert.equal(isReady(found), false);
  });

  test("another user has no rights until given some", async () => {
    const cluster = get(clusters, "native");
    const kubeconfig = await cluster.kubeconfigAs("ann", ["team"]);
    const { user } = parse(await readFile(kubeconfig, "utf8")).users[0];
    assert.deepEqual([user.as, user["as-groups"]], ["ann", ["team"]]);
    const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const listed = config.makeApiClient(CoreV1Api).listNamespacedConfigMap({ namespace: "istio-system" });
    await assert.rejects(listed, /User [\\"]+ann[\\"]+ cannot list/);
  });

  test("requests are in the audit log", async () => {
    const cluster = get(clusters, "native");
    await get(apis, "native").request("GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt");
    const lines = (await readFile(cluster.audit ?? "", "utf8")).trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line) as { verb: string; objectRef?: { name?: string } });
    assert.ok(events.some(({ verb, objectRef }) => verb === "get" && objectRef?.name === "kube-root-ca.crt"));
    assert.equal(get(clusters, "classic").audit, undefined);
  });

  test("everything continues after an outage of the API server", async () => {
    const cluster = get(clusters, "classic");
    const api = get(apis, "classic");
    await cluster.stopComponent("kube-apiserver");
    await assert.rejects(api.request("GET", "/version"), (error: unknown) => !(error instanceof ApiError));
    await cluster.startComponent("kube-apiserver");
    await api.apply(deploymentObject("later", { namespace: "shop", replicas: 2 }));
    await readyPods(api, "shop", "later", 2);
  });

  test("without istiod no pod is admitted, with it again they are", async () => {
    const cluster = get(clusters, "classic");
    const api = get(apis, "classic");
    const create = () => api.request("POST", "/api/v1/namespaces/shop/pods?dryRun=All", pod("denied", {}));
    await cluster.stopComponent("istiod");
    await assert.rejects(create(), /failed calling webhook/);
    await cluster.startComponent("istiod");
    await eventually("istiod injects again", 20, create);
  });

  test("two clusters can't have one name", async () => {
    const { name } = get(clusters, "native");
    await assert.rejects(startCluster({ name, progress: () => {} }), /exists already/);
  });

  test("an Istio setting that nothing shows is refused before anything starts", async () => {
    const hidden = startCluster({ istioValues: ["values.pilot.cni.enabled=true"], progress: () => {} });
    await assert.rejects(hidden, /nothing shows whether values\.pilot\.cni\.enabled=true takes effect/);
  });

  test("a failed start says why and leaves nothing", async () => {
    const name = `broken-${process.pid}`;
    const broken = startCluster({ name, istioValues: ["values.global.proxy=[]"], progress: () => {} });
    await assert.rejects(broken, /manifests|unmarshal|values/);
    assert.equal(await readState(name), undefined);
  });

  test("a cluster dies with the process that started it", { timeout: 60_000 }, async () => {
    const name = `orphan-${process.pid}`;
    const script = `require(${JSON.stringify(join(__dirname, "cluster.ts"))})
      .startCluster({ name: ${JSON.stringify(name)} }).then(() => console.log("up"));setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      cwd: __dirname,
      stdio: ["ignore", "pipe", "ignore"],
    });
    assert.match(String((await once(parent.stdout, "data"))[0]), /up/);
    const state = await readState(name);
    assert.ok(state && alive(state).length === 6);
    parent.kill("SIGKILL");
    await eventually("its processes are gone", 10, async () => alive(state).length === 0 || undefined);
    // Its files go when the next cluster starts.
    const next = await startCluster({ name, progress: () => {} });
    await next.stop();
  });

  test("stopping leaves no process and no file", async () => {
    for (const cluster of clusters.values()) {
      const state = await readState(cluster.name);
      assert.ok(state);
      assert.ok(alive(state).length >= 6);
      await cluster.stop();
      assert.deepEqual(alive(state), []);
      assert.equal(existsSync(dirname(cluster.kubeconfig)), false);
    }
  });
});

test("Istio's injection test data is at hand", { skip }, async () => {
  const files = await readdir(await istioTestdata());
  assert.ok(files.includes("hello.yaml") && files.includes("hello.yaml.injected"));
});

function get<T>(map: Map<Sidecars, T>, sidecars: Sidecars): T {
  const found = map.get(sidecars);
  if (found === undefined) throw new Error(`there is no cluster with ${sidecars} sidecars`);
  return found;
}

function alive(state: ClusterState): string[] {
  return Object.entries(state.processes)
    .filter(([, identity]) => isAlive(identity))
    .map(([component]) => component);
}

async function openApi(kubeconfig: string): Promise<KubeApi> {
  const config = parse(await readFile(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": ca } = config.clusters[0].cluster;
  return new KubeApi(server, Buffer.from(ca, "base64").toString(), config.users[0].user.token);
}

function namespace(name: string, labels: Record<string, string>): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function pod(name: string, metadata: Partial<KubeObject["metadata"]>, image = "app:1"): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name },
    spec: { containers: [{ name: "app", image }] },
  };
}

async function podsOf(api: KubeApi, namespace: string, app: string): Promise<Pod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
  return (await api.request<{ items: Pod[] }>("GET", path)).items;
}

function readyPods(api: KubeApi, namespace: string, app: string, count: number): Promise<Pod[]> {
  return eventually(`${count} pods of ${app} are ready`, 30, async () => {
    const pods = await podsOf(api, namespace, app);
    return pods.length === count && pods.every(isReady) ? pods : undefined;
  });
}

async function phase(api: KubeApi, path: string): Promise<string> {
  return (await api.request<Pod>("GET", path)).status.phase;
}
