import { hasStatus, type KubernetesApi, listMetadata, pathIn } from "../cluster/KubernetesApi.js";
import { listText } from "../data/listText.js";
import { nearestKey } from "../data/nearestKey.js";

export class NoNamespace extends Error {
  override readonly name = "NoNamespace";
}

/** Throws if namespaces don't exist, with the nearest existing name for each of a few. Passes without the right to list them. */
export async function requireNamespaces(api: KubernetesApi, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const there = await namespaceNames(api).catch((error: unknown) => {
    if (!hasStatus(error, 403)) throw error;
    return undefined;
  });
  const missing = [...new Set(names)].filter((name) => there && !there.includes(name));
  if (missing.length === 0) return;
  if (missing.length > mostGuessed) {
    const names = listText(missing, mostGuessed);
    throw new NoNamespace(`there are no namespaces ${names}. Create them first, or look at another cluster.`);
  }
  throw new NoNamespace(missing.map((name) => sentence(name, nearestKey(name, there ?? []))).join("\n"));
}

/** Of how many missing namespaces the nearest existing one is looked for: that many are no typing errors. */
const mostGuessed = 10;

function sentence(name: string, nearest: string | undefined): string {
  return `there is no namespace ${name}. ${nearest === undefined ? "Create it first." : `Did you mean ${nearest}?`}`;
}

/** Sorted. */
export async function namespaceNames(api: KubernetesApi): Promise<string[]> {
  return (await listMetadata(api, "/api/v1/namespaces")).map(({ name }) => name).sort();
}

/** Throws if the namespace doesn't exist. Passes without the right to read it. */
export async function requireNamespace(api: KubernetesApi, namespace: string): Promise<void> {
  try {
    await api.request({ method: "GET", path: pathIn(namespace) });
  } catch (error) {
    if (hasStatus(error, 404)) throw new NoNamespace(`there is no namespace ${namespace}`);
    if (!hasStatus(error, 403)) throw error;
  }
}
