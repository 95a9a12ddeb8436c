import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../builds/cacheDirectory.js";
import type { ProcessIdentity } from "../builds/processIdentity.js";

export type Sidecars = "native" | "classic";

/** All that is needed to stop, restart or remove a cluster from another process. */
export interface ClusterState {
  name: string;
  directory: string;
  binary: string;
  /** The binary of the istiods. */
  istiod: string;
  /** The release of Istio, if it is not the binary's own. */
  istio?: string;
  sidecars: Sidecars;
  portBase: number;
  revisions: string[];
  replicas: string[];
  audit?: string;
  /** The kubeconfig that `up --kubeconfig` was asked to write besides the one in the directory. */
  kubeconfigCopy?: string;
  /** The process the cluster must not outlive: while it comes up its starter, and for good if that is a test. */
  owner?: ProcessIdentity;
  ready: boolean;
  processes: Record<string, ProcessIdentity>;
}

export function clustersDirectory(): string {
  return join(cacheDirectory(), "clusters");
}

export function clusterDirectory(name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    throw new Error(
      `a cluster's name is 1 to 40 lower-case letters, digits and hyphens, not ${JSON.stringify(name)}`,
    );
  }
  return join(clustersDirectory(), name);
}

export function kubeconfigPath(state: ClusterState): string {
  return join(state.directory, "kubeconfig");
}

export async function readState(name: string): Promise<ClusterState | undefined> {
  try {
    return JSON.parse(await readFile(statePath(clusterDirectory(name)), "utf8")) as ClusterState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeState(state: ClusterState): Promise<void> {
  const path = statePath(state.directory);
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  await rename(temporary, path);
}

export async function allStates(): Promise<ClusterState[]> {
  await mkdir(clustersDirectory(), { recursive: true, mode: 0o700 });
  const names = (await readdir(clustersDirectory())).filter((name) => !name.startsWith("."));
  const states = await Promise.all(names.map((name) => readState(name)));
  return states.filter((state) => state !== undefined);
}

function statePath(directory: string): string {
  return join(directory, "state.json");
}
