import type { Sidecars } from "./clusterState.js";

/** What istiod gives by default in a cluster that somebody else set up. */
export async function sidecarsOfCluster(kubeconfig: string): Promise<Sidecars> {
  // Loaded only here: it takes a second, and clusters of our own do without.
  const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { items } = await config.makeApiClient(CoreV1Api).listNode();
  const old = items.some(({ status }) => {
    const [, minor = "0"] = /^v?1\.(\d+)/.exec(status?.nodeInfo?.kubeletVersion ?? "") ?? [];
    return Number(minor) < 33;
  });
  return old ? "classic" : "native";
}
