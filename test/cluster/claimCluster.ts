import { mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { identify } from "../builds/processIdentity.js";
import {
  allStates,
  type ClusterState,
  clusterDirectory,
  clustersDirectory,
  type Sidecars,
  writeState,
} from "./clusterState.js";
import { portCount } from "./component.js";
import { busyPorts, freePortBlock } from "./freePortBlock.js";
import type { IstioRelease } from "./istioRelease.js";

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

/** Notes a new cluster under its name, which nobody else then gets. */
export async function claimCluster(
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
