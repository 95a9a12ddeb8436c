import type { ClusterAccess } from "../cluster/KubernetesApi.js";
import { shown } from "../data/problem.js";
import type { Injector } from "../injector/Injector.js";

/** What a program sets once for all its sidecar settings, as stack configuration or arguments of a `Provider`. */
export interface Configuration extends ClusterAccess {
  injectorNamespace?: string;
  injectorRevision?: string;
}

const names = ["context", "kubeconfig", "injectorNamespace", "injectorRevision"] as const;

/**
 * Reads the arguments of a provider, plain or as the engine's variables have them.
 * @throws Error for a value that is not text.
 */
export function readConfiguration(given: Readonly<Record<string, unknown>>): Configuration {
  const read: Configuration = {};
  for (const name of names) {
    const value = given[name];
    if (value === undefined || value === null || value === "") continue;
    if (typeof value !== "string")
      throw new Error(`istio-sidecar:${name}: expected text, got ${shown(value)}. Write it in quotes.`);
    read[name] = value;
  }
  return read;
}

/** Whether it names a cluster. */
export function namesCluster({ context, kubeconfig }: Configuration): boolean {
  return context !== undefined || kubeconfig !== undefined;
}

/** The injector of a component: its own arguments win over its provider's. */
export function withInjector(
  given: Partial<Injector> | undefined,
  { injectorNamespace, injectorRevision }: Configuration,
): Partial<Injector> {
  return {
    ...(injectorNamespace === undefined ? {} : { namespace: injectorNamespace }),
    ...(injectorRevision === undefined ? {} : { revision: injectorRevision }),
    ...given,
  };
}
