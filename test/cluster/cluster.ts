import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "../builds/progress.js";
import { build, buildIstiod, istioSources } from "./build.js";
import { kubeconfigPath, type Sidecars } from "./clusterState.js";
import type { Component } from "./component.js";
import { startComponent, stopComponent } from "./componentProcess.js";
import { createControlPlane, destroyControlPlane } from "./controlPlane.js";
import { injectionDirectory, writeEgressTable } from "./istiodFiles.js";
import { hasNativeSidecars, wantedRelease } from "./istioRelease.js";
import { unseenValues } from "./istioValues.js";
import { sidecarsOfCluster } from "./sidecarsOfCluster.js";
import { writeImpersonatingKubeconfig } from "./writeKubeconfig.js";

export type { Component, Sidecars };

export interface ClusterOptions {
  /** Whether the sidecar is an init container (`native`, the default where Istio has it) or one of the containers (`classic`). */
  sidecars?: Sidecars;
  /** Default: one of its own. */
  name?: string;
  /** Istio settings as `istioctl --set` takes them, such as `values.global.proxy.logLevel=debug`. */
  istioValues?: readonly string[];
  /** For each, one more istiod with its own injector; its namespaces carry the label `istio.io/rev`. */
  revisions?: readonly string[];
  /**
   * For each, one more istiod of the default injector, which takes the ConfigMap from files (`Cluster.injectionDirectory`): as in
   * installs that mount it, it has what was last put there. Pods that stand for istiods are reached by `Cluster.standIn`.
   */
  replicas?: readonly string[];
  /** Logs the metadata of every request to `Cluster.audit`. Default: false. */
  audit?: boolean;
  /** Default: lines on stderr. */
  progress?: Progress;
}

export interface Cluster {
  readonly name: string;
  readonly kubeconfig: string;
  /** What the cluster gives. With SIDECAR_TEST_KUBECONFIG, not always what was asked for. */
  readonly sidecars: Sidecars;
  /** The audit log, one JSON object a line. */
  readonly audit?: string;
  /** True if the cluster is not ours: it stays as it is, and its components can't be stopped. */
  readonly external: boolean;
  stop(): Promise<void>;
  stopComponent(component: Component): Promise<void>;
  /** Returns when the component answers again. */
  startComponent(component: Component): Promise<void>;
  /** Where a replica reads `config` and `values`. */
  injectionDirectory(replica: string): string;
  /** From now on requests that the API server proxies to port 15017 of a pod go to an istiod: the default one, or a replica. */
  standIn(istiods: Readonly<Record<string, "istiod" | `istiod-${string}`>>): Promise<void>;
  /** A kubeconfig whose requests are another user's: one that has no rights yet. */
  kubeconfigAs(user: string, groups?: readonly string[]): Promise<string>;
}

/** A kind of cluster that tests run on, one after the other. */
export interface ClusterKind {
  name: string;
  options: ClusterOptions;
}

export const sidecarKinds: readonly ClusterKind[] = [
  { name: "native sidecars", options: { sidecars: "native" } },
  { name: "classic sidecars", options: { sidecars: "classic" } },
];

/** Those of the kinds that the Istio at hand can be. A cluster that is there already is of one kind, whichever. */
export function kindsOfCluster(kinds: readonly ClusterKind[]): readonly ClusterKind[] {
  if (process.env.SIDECAR_TEST_KUBECONFIG) return [{ name: "the cluster that is there", options: {} }];
  const native = hasNativeSidecars(wantedRelease());
  return kinds.filter(({ options }) => native || options.sidecars !== "native");
}

/** The cluster ends with `stop()`, and at the latest with this process, however that ends. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const existing = process.env.SIDECAR_TEST_KUBECONFIG;
  return existing ? useCluster(existing) : startOwn(options);
}

/** The folder of Istio's own injection test data, of the same version as the istiod that runs. */
export async function istioTestdata(): Promise<string> {
  return join(await istioSources(wantedRelease()), "pkg/kube/inject/testdata/inject");
}

/** Builds the control plane ahead of time, so that no test's timeout has to cover it. */
export async function prepareCluster(progress: Progress = toStderr): Promise<void> {
  if (process.env.SIDECAR_TEST_KUBECONFIG) return;
  await build(progress);
  await buildIstiod(wantedRelease(), progress);
}

async function startOwn(options: ClusterOptions): Promise<Cluster> {
  const unseen = unseenValues(options.istioValues ?? []);
  if (unseen.length > 0)
    throw new Error(
      `nothing shows whether ${unseen.join(", ")} takes effect: say how in test/cluster/istioValues.ts`,
    );
  const istio = wantedRelease();
  const name = options.name ?? `test-${process.pid}-${randomBytes(3).toString("hex")}`;
  const state = await createControlPlane(
    {
      name,
      sidecars: options.sidecars ?? (hasNativeSidecars(istio) ? "native" : "classic"),
      istioValues: options.istioValues ?? [],
      revisions: options.revisions ?? [],
      replicas: options.replicas ?? [],
      audit: options.audit ?? false,
      ...(istio === undefined ? {} : { istio }),
      detached: false,
    },
    options.progress ?? toStderr,
  );
  const kubeconfig = kubeconfigPath(state);
  return {
    name,
    kubeconfig,
    sidecars: state.sidecars,
    ...(state.audit === undefined ? {} : { audit: state.audit }),
    external: false,
    stop: () => destroyControlPlane(state),
    stopComponent: (component) => stopComponent(state, component),
    startComponent: (component) => startComponent(state, component),
    injectionDirectory: (replica) => injectionDirectory(state, replica),
    standIn: (istiods) => writeEgressTable(state, istiods),
    kubeconfigAs: (user, groups) => impersonating(state.directory, kubeconfig, user, groups),
  };
}

async function useCluster(kubeconfig: string): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), "sidecar-test-"));
  const notOurs = async () => {
    throw new Error(
      "SIDECAR_TEST_KUBECONFIG is set: a cluster that isn't ours keeps all its components running",
    );
  };
  const noReplica = () => {
    throw new Error("SIDECAR_TEST_KUBECONFIG is set: a cluster that isn't ours has no replicas of ours");
  };
  return {
    name: "external",
    kubeconfig,
    sidecars: await sidecarsOfCluster(kubeconfig),
    external: true,
    stop: () => rm(directory, { recursive: true, force: true }),
    stopComponent: notOurs,
    startComponent: notOurs,
    injectionDirectory: noReplica,
    standIn: async () => noReplica(),
    kubeconfigAs: (user, groups) => impersonating(directory, kubeconfig, user, groups),
  };
}

async function impersonating(
  directory: string,
  kubeconfig: string,
  user: string,
  groups: readonly string[] = [],
): Promise<string> {
  const path = join(directory, `kubeconfig-${randomBytes(4).toString("hex")}`);
  await writeImpersonatingKubeconfig(path, kubeconfig, user, groups);
  return path;
}

function toStderr(line: string): void {
  process.stderr.write(`cluster: ${line}\n`);
}
