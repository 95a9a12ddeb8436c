import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { get } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isAlive, type ProcessIdentity, signal } from "../builds/processIdentity.js";
import { type ClusterState, writeState } from "./clusterState.js";
import { apiServerUrl, type Component, commandOf, etcdUrl, istiodName, istiodPorts } from "./component.js";
import { eventually, KubeApi } from "./kubeApi.js";

const GRACE_SECONDS = 2;
const LOG_LINES = 25;

/** A component failed; the message has the end of its log. */
class ComponentFailure extends Error {}

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

/** Starts a component's process, and notes it in the cluster's state. */
export async function launch(
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

export function throwIfEnded(state: ClusterState, only?: Component): void {
  for (const [component, identity] of Object.entries(state.processes)) {
    if ((only === undefined || only === component) && !isAlive(identity))
      throw new ComponentFailure(component);
  }
}

export async function waitForEnd(processes: readonly ProcessIdentity[], seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (processes.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** The error, with the end of the log of what failed. */
export async function withLog(state: ClusterState, error: unknown, component?: Component): Promise<Error> {
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
