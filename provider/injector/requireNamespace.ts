import { hasStatus, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";

import { nearestKey } from "../data/nearestKey.js";

/** The namespace doesn't exist. */
export class NoNamespace extends Error {
  override readonly name = "NoNamespace";
}

/** Throws if namespaces don't exist, with the nearest existing name for each. Passes without the right to list them. */
export async function requireNamespaces(api: KubernetesApi, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  let there: string[];
  try {
    const all = await listAll<{ metadata: ObjectMeta }>(api, "/api/v1/namespaces", { metadataOnly: true });
    there = all.map(({ metadata }) => metadata.name);
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    return;
  }
  const missing = [...new Set(names)].filter((name) => !there.includes(name));
  if (missing.length === 0) return;
  throw new NoNamespace(missing.map((name) => sentence(name, nearestKey(name, there))).join("\n"));
}

function sentence(name: string, nearest: string | undefined): string {
  return `there is no namespace ${name}. ${nearest === undefined ? "Create it first." : `Did you mean ${nearest}?`}`;
}

/** Throws if the namespace doesn't exist. Passes without the right to read it. */
export async function requireNamespace(api: KubernetesApi, namespace: string): Promise<void> {
  try {
    await api.request({ method: "GET", path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` });
  } catch (error) {
    if (hasStatus(error, 404)) throw new NoNamespace(`there is no namespace ${namespace}`);
    if (!hasStatus(error, 403)) throw error;
  }
}
