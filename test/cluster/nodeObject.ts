import type { Sidecars } from "./clusterState.js";
import type { KubeObject } from "./kubeApi.js";

// istiod makes the sidecar an init container if every kubelet is at least 1.33.
const KUBELET: Record<Sidecars, string> = { native: "v1.36.1", classic: "v1.32.0" };

export function nodeObject(name: string, sidecars: Sidecars): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" } },
    status: {
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "simulated",
        kernelVersion: "simulated",
        kubeProxyVersion: KUBELET[sidecars],
        kubeletVersion: KUBELET[sidecars],
        machineID: "",
        operatingSystem: "linux",
        osImage: "simulated",
        systemUUID: "",
      },
    },
  };
}
