import type { Sidecars } from "./clusterState.js";

/** What istiod gives pods in a cluster that somebody else set up. */
export async function sidecarsOfCluster(kubeconfig: string): Promise<Sidecars> {
  // Loaded only here: it takes a second, and clusters of our own do without.
  const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const revision = process.env.SIDECAR_TEST_REVISION;
  const labels = { "sidecar.istio.io/inject": "true", ...(revision ? { "istio.io/rev": revision } : {}) };
  const { spec } = await config.makeApiClient(CoreV1Api).createNamespacedPod({
    namespace: "default",
    dryRun: "All",
    body: {
      metadata: { generateName: "sidecar-test-", labels },
      spec: { containers: [{ name: "app", image: "app:1" }] },
    },
  });
  const has = (containers: readonly { name: string }[] = []) =>
    containers.some(({ name }) => name === "istio-proxy");
  if (has(spec?.initContainers)) return "native";
  if (has(spec?.containers)) return "classic";
  throw new Error(
    `expected a pod labelled ${JSON.stringify(labels)} to get a sidecar, got none in namespace default`,
  );
}
