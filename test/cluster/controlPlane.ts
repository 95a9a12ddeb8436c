import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { get } from "node:http";
import type { Socket } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isAlive, type ProcessIdentity, signal } from "../builds/processIdentity.js";
import type { Progress } from "../builds/progress.js";
import { build, buildIstiod } from "./build.js";
import {
  allStates,
  type ClusterState,
  clusterDirectory,
  clustersDirectory,
  kubeconfigPath,
  type Sidecars,
  writeState,
} from "./clusterState.js";
import {
  apiServerUrl,
  type Component,
  commandOf,
  egressConfig,
  egressConfigPath,
  egressTablePath,
  etcdUrl,
  injectionWebhookName,
  istiodName,
  istiodPorts,
  istiodsOf,
  portCount,
} from "./component.js";
import { busyPorts, freePortBlock } from "./freePortBlock.js";
import { istioObjects } from "./istioObjects.js";
import { hasNativeSidecars, type IstioRelease, releaseValues } from "./istioRelease.js";
import { eventually, KubeApi, type KubeObject } from "./kubeApi.js";
import { nodeObject } from "./nodeObject.js";
import { requireRelease } from "./requireRelease.js";
import { waitUntilInjecting } from "./waitUntilInjecting.js";
import { writeKubeconfig } from "./writeKubeconfig.js";

const NODES = 5;
const GRACE_SECONDS = 2;
const LOG_LINES = 25;

export interface ControlPlaneOptions {
  name: string;
  sidecars: Sidecars;
  /** Istio settings as `istioctl --set` takes them. */
  istioValues: readonly string[];
  /** Further istiods, each with an injector of its own. */
  revisions: readonly string[];
  /** Further istiods of the default injector. */
  replicas: readonly string[];
  /** Default: the Istio of the control plane's own module. */
  istio?: IstioRelease;
  portBase?: number;
  /** Where to log requests; true for a file in the cluster's directory. */
  audit: string | boolean;
  kubeconfigCopy?: string;
  /** Whether the processes live on after this one. */
  detached: boolean;
}

/** A component failed; the message has the end of its log. */
class ComponentFailure extends Error {}

export async function createControlPlane(
  options: ControlPlaneOptions,
  progress: Progress,
): Promise<ClusterState> {
  const { istio, sidecars } = options;
  if (sidecars === "native" && !hasNativeSidecars(istio))
    throw new Error(`expected classic sidecars, which are all that Istio ${istio?.name} has; got native`);
  const binary = await build(progress);
  const istiod = await buildIstiod(options.istio, progress);
  await removeAbandoned(progress);
  const state = await claim(options, { binary, istiod });
  try {
    await bringUp(state, options, progress);
    if (options.detached) delete state.owner;
    state.ready = true;
    await writeState(state);
    return state;
  } catch (error) {
    const failure = await withLog(state, error);
    await destroyControlPlane(state);
    throw failure;
  }
}

/** Ends the cluster's processes, no others, and removes its files. */
export async function destroyControlPlane(state: ClusterState): Promise<void> {
  const processes = Object.values(state.processes);
  // Nothing that they could still save is kept.
  for (const one of processes) signal(one, "SIGKILL");
  await waitForEnd(processes, 10);
  if (state.kubeconfigCopy !== undefined) await removeCopy(state, state.kubeconfigCopy);
  await rm(state.directory, { recursive: true, force: true });
}

export async function stopComponent(state: ClusterState, component: Component): Promise<void> {
  const running = state.processes[component];
  if (running === undefined) throw new Error(`${component} was never started in the cluster ${state.name}`);
  signal(running, "SIGTERM");
  if (!(await waitForEnd([running], GRACE_SECONDS))) {
    signal(running, "SIGKILL");
    await waitForEnd([running], GRACE_SECONDS);
  }
}

export async function startComponent(state: ClusterState, component: Component): Promise<void> {
  const running = state.processes[component];
  if (running !== undefined && isAlive(running)) return;
  await launch(state, component);
  try {
    await waitUntilUp(state, component);
  } catch (error) {
    throw await withLog(state, error, component);
  }
}

/** Removes what was left by processes that were killed before they could clean up. */
export async function removeAbandoned(progress: Progress): Promise<void> {
  for (const state of await allStates()) {
    if (state.owner === undefined || isAlive(state.owner)) continue;
    progress(`removing the cluster ${state.name}, whose process ${state.owner.pid} is gone`);
    await destroyControlPlane(state);
  }
}

async function claim(
  options: ControlPlaneOptions,
  binaries: Pick<ClusterState, "binary" | "istiod">,
): Promise<ClusterState> {
  const directory = clusterDirectory(options.name);
  const owner = identify(process.pid);
  if (owner === undefined) throw new Error("can't tell when this process started");
  const { audit } = options;
  const state: ClusterState = {
    name: options.name,
    directory,
    ...binaries,
    ...(options.istio === undefined ? {} : { istio: options.istio.name }),
    sidecars: options.sidecars,
    portBase: await choosePorts(options),
    revisions: [...options.revisions],
    replicas: [...options.replicas],
    ...(audit === false ? {} : { audit: audit === true ? join(directory, "audit.log") : resolve(audit) }),
    ...(options.kubeconfigCopy === undefined ? {} : { kubeconfigCopy: resolve(options.kubeconfigCopy) }),
    owner,
    ready: false,
    processes: {},
  };
  // The directory appears under its name with the state in it, so that nobody ever meets one without.
  const prepared = await mkdtemp(join(clustersDirectory(), ".new-"));
  try {
    await writeState({ ...state, directory: prepared });
    await rename(prepared, directory);
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST") {
      throw new Error(`a cluster named ${options.name} exists already, in ${directory}`);
    }
    throw error;
  }
  await writeState(state);
  return state;
}

async function choosePorts({ revisions, replicas, portBase }: ControlPlaneOptions): Promise<number> {
  const size = portCount({ revisions: [...revisions], replicas: [...replicas] });
  if (portBase === undefined)
    return freePortBlock(
      size,
      (await allStates()).map((state) => state.portBase),
    );
  const busy = await busyPorts(portBase, size);
  if (busy.length > 0) throw new Error(`a cluster needs ${size} ports in a row; in use: ${busy.join(", ")}`);
  return portBase;
}

async function bringUp(state: ClusterState, options: ControlPlaneOptions, progress: Progress): Promise<void> {
  const started = Date.now();
  const step = (what: string) => progress(`${((Date.now() - started) / 1000).toFixed(1)} s: ${what}`);
  const token = await writeSecrets(state);
  const detached = options.detached;

  step(`starting etcd and kube-apiserver on ports from ${state.portBase}`);
  await launch(state, "etcd", detached);
  if (state.replicas.length > 0) {
    await writeFile(egressConfigPath(state), JSON.stringify(egressConfig(state)));
    await launch(state, "egress", detached);
  }
  await launch(state, "kube-apiserver", detached);
  const rendered = Promise.all(
    [undefined, ...state.revisions].map((revision) => renderIstio(state, options, revision)),
  );
  // Until it is awaited below, a failure of it must not count as unhandled.
  rendered.catch(() => {});

  const giveUp = () => throwIfEnded(state);
  // the key is written after the certificate, which by then is whole
  const certificates = join(state.directory, "certificates");
  await eventually(
    "kube-apiserver writes its certificate",
    120,
    async () => (await readFile(join(certificates, "apiserver.key"), "utf8")) || undefined,
    giveUp,
  );
  const ca = await readFile(join(certificates, "apiserver.crt"), "utf8");
  const server = apiServerUrl(state);
  await writeKubeconfig(kubeconfigPath(state), { name: state.name, server, ca, token });
  const api = new KubeApi(server, ca, token);
  try {
    await eventually(
      "kube-apiserver answers",
      120,
      () => api.request("GET", "/api/v1/namespaces/default"),
      giveUp,
    );
    // the controller manager gives up when this takes more than ten seconds
    await eventually("kube-apiserver is healthy", 120, () => api.request("GET", "/healthz"), giveUp);

    step("starting the controllers, applying nodes and Istio");
    for (const component of ["kube-controller-manager", "kube-scheduler", "kwok"] as const) {
      await launch(state, component, detached);
    }
    const nodes = Array.from({ length: NODES }, (_, index) =>
      nodeObject(`node-${index + 1}`, state.sidecars),
    );
    await Promise.all(nodes.map((node) => api.request("POST", "/api/v1/nodes", node)));
    await applyIstio(api, (await rendered).flat());

    step("starting istiod");
    await mountInjector(api, state);
    for (const component of istiodsOf(state)) await launch(state, component, detached);
    const webhooks = [undefined, ...state.revisions].map(injectionWebhookName);
    const { sidecars, revisions } = state;
    await waitUntilInjecting(
      api,
      { sidecars, revisions, istioValues: options.istioValues, webhooks },
      giveUp,
    );
    if (options.istio !== undefined)
      for (const component of istiodsOf(state))
        await requireRelease(
          options.istio,
          `http://127.0.0.1:${istiodPorts(state, istiodName(component)).monitoring}`,
        );
    await eventually("kube-apiserver is ready", 60, () => api.request("GET", "/readyz"), giveUp);
    if (state.audit !== undefined) {
      const { audit } = state;
      await eventually("requests are logged", 10, async () => (await stat(audit)).size > 0 || undefined);
    }
  } finally {
    api.close();
  }
  if (state.kubeconfigCopy !== undefined) await copyFile(kubeconfigPath(state), state.kubeconfigCopy);
  step("ready");
}

async function writeSecrets(state: ClusterState): Promise<string> {
  const file = (name: string) => join(state.directory, name);
  const token = randomBytes(32).toString("hex");
  const keys = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "sec1", format: "pem" },
  });
  await writeFile(file("tokens.csv"), `${token},sidecar-test-admin,sidecar-test-admin,system:masters\n`, {
    mode: 0o600,
  });
  await writeFile(file("service-account.key"), keys.privateKey, { mode: 0o600 });
  await writeFile(file("service-account.pub"), keys.publicKey, { mode: 0o600 });
  return token;
}

/** What a kubelet would have mounted when the replicas started. */
async function mountInjector(api: KubeApi, state: ClusterState): Promise<void> {
  if (state.replicas.length === 0) return;
  const { data } = await api.request<{ data: Record<string, string> }>(
    "GET",
    "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector",
  );
  for (const replica of state.replicas) {
    const folder = injectionDirectory(state, replica);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(data)) await writeFile(join(folder, name), text);
  }
}

function renderIstio(state: ClusterState, options: ControlPlaneOptions, revision: string | undefined) {
  const injectionPort = istiodPorts(state, revision).injection;
  const images = Object.entries(options.istio === undefined ? {} : releaseValues(options.istio)).map(
    ([key, value]) => `${key}=${value}`,
  );
  return istioObjects(state.istiod, { injectionPort, revision, values: [...images, ...options.istioValues] });
}

async function applyIstio(api: KubeApi, objects: readonly KubeObject[]): Promise<void> {
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
  const unique = new Map(
    objects.map((object) => [`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`, object]),
  );
  await Promise.all([...unique.values()].map((object) => api.apply(object)));
}

async function launch(
  state: ClusterState,
  component: Component,
  detached = state.owner === undefined,
): Promise<void> {
  const { args, env } = commandOf(state, component);
  const log = openSync(logPath(state, component), "a", 0o600);
  try {
    const child = spawn(component.startsWith("istiod") ? state.istiod : state.binary, args, {
      cwd: workingDirectory(state, component),
      // Nothing else of the environment: a KUBECONFIG or a proxy of the user's is not meant for these.
      env: {
        PATH: process.env.PATH,
        HOME: state.directory,
        ...(process.env.GOGC === undefined ? {} : { GOGC: process.env.GOGC }),
        ...env,
        ...(detached ? {} : { CLUSTER_EXIT_WITH_STDIN: "1" }),
      },
      // A session of its own, so that Ctrl-C reaches whoever owns the cluster and that one decides.
      detached: true,
      stdio: [detached ? "ignore" : "pipe", log, log],
    });
    await new Promise<void>((started, failed) => {
      child.once("spawn", started).once("error", failed);
    });
    child.unref();
    (child.stdin as Socket | null)?.unref();
    child.stdin?.on("error", () => {});
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity === undefined) throw new ComponentFailure(component);
    state.processes[component] = identity;
  } finally {
    closeSync(log);
  }
  await writeState(state);
}

// istiod looks for files below its working directory before it asks the API server
function workingDirectory(state: ClusterState, component: Component): string {
  const name = istiodName(component);
  return name !== undefined && state.replicas.includes(name) ? join(state.directory, name) : state.directory;
}

export function injectionDirectory(state: ClusterState, replica: string): string {
  return join(state.directory, replica, "var/lib/istio/inject");
}

/** Leads the API server's requests to pods' port 15017 to istiods, by the pods' addresses. */
export async function writeEgressTable(
  state: ClusterState,
  istiods: Readonly<Record<string, Component>>,
): Promise<void> {
  const lines = Object.entries(istiods).map(([pod, istiod]) => [
    `${pod}:15017`,
    `127.0.0.1:${istiodPorts(state, istiodName(istiod)).injection}`,
  ]);
  await writeFile(egressTablePath(state), JSON.stringify(Object.fromEntries(lines)));
}

async function waitUntilUp(state: ClusterState, component: Component): Promise<void> {
  const giveUp = () => throwIfEnded(state, component);
  const ask = (url: string) => eventually(`${component} answers`, 60, () => isOk(url), giveUp);
  if (component === "etcd") return void (await ask(`${etcdUrl(state)}/health`));
  if (component.startsWith("istiod")) {
    return void (await ask(`http://127.0.0.1:${istiodPorts(state, istiodName(component)).http}/ready`));
  }
  if (component !== "kube-apiserver") {
    // Started without a port, so living through its first second is all there is to see.
    await sleep(1000);
    return giveUp();
  }
  const api = await openApi(state);
  try {
    await eventually("kube-apiserver is ready", 60, () => api.request("GET", "/readyz"), giveUp);
  } finally {
    api.close();
  }
}

async function openApi(state: ClusterState): Promise<KubeApi> {
  const ca = await readFile(join(state.directory, "certificates", "apiserver.crt"), "utf8");
  const [token = ""] = (await readFile(join(state.directory, "tokens.csv"), "utf8")).split(",");
  return new KubeApi(apiServerUrl(state), ca, token);
}

function isOk(url: string): Promise<true | undefined> {
  return new Promise((answer, failed) => {
    get(url, (response) => {
      response.resume();
      answer(response.statusCode === 200 || undefined);
    }).on("error", failed);
  });
}

function throwIfEnded(state: ClusterState, only?: Component): void {
  for (const [component, identity] of Object.entries(state.processes)) {
    if ((only === undefined || only === component) && !isAlive(identity))
      throw new ComponentFailure(component);
  }
}

async function waitForEnd(processes: readonly ProcessIdentity[], seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (processes.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

async function withLog(state: ClusterState, error: unknown, component?: Component): Promise<Error> {
  if (error instanceof ComponentFailure) {
    return new Error(
      `${error.message} ended by itself; the end of its log:\n${await tail(state, error.message)}`,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  // What isn't up yet is most likely waited for at the end of the chain.
  const last = component ?? Object.keys(state.processes).at(-1);
  return new Error(
    last === undefined ? message : `${message}\nthe end of ${last}'s log:\n${await tail(state, last)}`,
  );
}

async function tail(state: ClusterState, component: string): Promise<string> {
  const text = await readFile(logPath(state, component), "utf8").catch(() => "(none)");
  return text.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
}

function logPath(state: ClusterState, component: string): string {
  return join(state.directory, `${component}.log`);
}

async function removeCopy(state: ClusterState, copy: string): Promise<void> {
  const [own, other] = await Promise.all(
    [kubeconfigPath(state), copy].map((path) => readFile(path, "utf8").catch(() => undefined)),
  );
  // Somebody may have put another cluster's there since.
  if (own !== undefined && own === other) await rm(copy, { force: true });
}
