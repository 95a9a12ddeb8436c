import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { requireKnownNamespace } from "../mesh/requireKnownNamespace.js";
import type { Io } from "./Io.js";

export type OutputFormat = "table" | "wide" | "json" | "yaml" | "markdown" | "html";

/** Options that stand before or after every command. */
export interface GlobalOptions {
  context?: string;
  kubeconfig?: string;
  namespace?: string;
  injectorNamespace: string;
  revision?: string;
}

/** Connects, and makes sure that the namespace exists: a typo would pass for one where all is well. */
export async function connectTo(io: Io, options: GlobalOptions): Promise<KubernetesApi> {
  const api = await connectAs(io, options);
  if (options.namespace !== undefined) await requireKnownNamespace(api, options.namespace);
  return api;
}

export function connectAs({ connect }: Io, { context, kubeconfig }: GlobalOptions): Promise<KubernetesApi> {
  return connect({
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
}
