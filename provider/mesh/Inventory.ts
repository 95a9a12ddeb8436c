/** Sidecar configuration in a cluster other than our settings. */
export interface Inventory {
  /** Where istiod runs: its ProxyConfig applies to the whole mesh. */
  rootNamespace: string;
  namespaces: readonly NamespaceInventory[];
  /** What could not be read, and why. */
  notes: readonly string[];
}

export interface NamespaceInventory {
  name: string;
  /** Owner of the namespace's settings, for Istio's own of the global ones, if there already are some. */
  owner?: string;
  /** Workloads whose pods have sidecars, with the annotations of their pod templates. */
  workloads: readonly { name: string; annotations: Readonly<Record<string, string>> }[];
  /** Alibaba Cloud Service Mesh's own objects with sidecar settings. */
  asmTemplates: readonly Custom[];
  /** Istio's ProxyConfig objects. */
  proxyConfigs: readonly Custom[];
}

/** An object of a kind that only some clusters have. */
export interface Custom {
  kind: string;
  name: string;
  created: string;
  spec: Readonly<Record<string, unknown>>;
}
