import { readFile, rm } from "node:fs/promises";
import { isAlive, signal } from "../builds/processIdentity.js";
import type { Progress } from "../builds/progress.js";
import { bringUp } from "./bringUp.js";
import { build, buildIstiod } from "./build.js";
import { type ControlPlaneOptions, claimCluster } from "./claimCluster.js";
import { allStates, type ClusterState, kubeconfigPath, writeState } from "./clusterState.js";
import { waitForEnd, withLog } from "./componentProcess.js";
import { hasNativeSidecars } from "./istioRelease.js";

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
  const state = await claimCluster(options, { binary, istiod });
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

/** Removes what was left by processes that were killed before they could clean up. */
export async function removeAbandoned(progress: Progress): Promise<void> {
  for (const state of await allStates()) {
    if (state.owner === undefined || isAlive(state.owner)) continue;
    progress(`removing the cluster ${state.name}, whose process ${state.owner.pid} is gone`);
    await destroyControlPlane(state);
  }
}

async function removeCopy(state: ClusterState, copy: string): Promise<void> {
  const [own, other] = await Promise.all(
    [kubeconfigPath(state), copy].map((path) => readFile(path, "utf8").catch(() => undefined)),
  );
  // Somebody may have put another cluster's there since.
  if (own !== undefined && own === other) await rm(copy, { force: true });
}
