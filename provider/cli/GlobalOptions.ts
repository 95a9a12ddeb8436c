import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Io } from "./Io.js";

export type OutputFormat = "table" | "json" | "yaml" | "markdown" | "html";

/** Options that stand before or after every command. */
export interface GlobalOptions {
  context?: string;
  kubeconfig?: string;
  namespace?: string;
  injectorNamespace: string;
  revision?: string;
}

export function connectAs({ connect }: Io, { context, kubeconfig }: GlobalOptions): Promise<KubernetesApi> {
  return connect({
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
}
