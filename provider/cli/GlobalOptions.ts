import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { requireKnownNamespace } from "../mesh/requireKnownNamespace.js";
import type { Io } from "./Io.js";

export type OutputFormat = "table" | "wide" | "json" | "yaml" | "markdown" | "html";

/** Options that may come before or after every command. */
export interface GlobalOptions {
  context?: string;
  kubeconfig?: string;
  namespace?: string;
  injectorNamespace: string;
  revision?: string;
}

/** Connects, and verifies that the namespace exists: with a typo all would look well. */
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
