import {
  hasStatus,
  type KubernetesApi,
  listMetadata,
  type ObjectMeta,
  pathIn,
} from "../cluster/KubernetesApi.js";
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
  if (!(await readNamespace(api, namespace))) throw new NoNamespace(`there is no namespace ${namespace}`);
}

/** Throws if nothing can be written to the namespace: it doesn't exist, or is being deleted. Passes without the right to read it. */
export async function requireLastingNamespace(api: KubernetesApi, namespace: string): Promise<void> {
  const found = await readNamespace(api, namespace);
  if (found === "unknown" || (found && !found.metadata.deletionTimestamp)) return;
  const why = found
    ? `namespace ${namespace} is being deleted. Create it again`
    : `there is no namespace ${namespace}. Create it first`;
  throw new NoNamespace(`${why}, or remove its settings from the program.`);
}

/** Undefined if it doesn't exist, unknown without the right to read it. */
async function readNamespace(
  api: KubernetesApi,
  namespace: string,
): Promise<{ metadata: ObjectMeta } | "unknown" | undefined> {
  try {
    return await api.request<{ metadata: ObjectMeta }>({ method: "GET", path: pathIn(namespace) });
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    if (hasStatus(error, 403)) return "unknown";
    throw error;
  }
}
