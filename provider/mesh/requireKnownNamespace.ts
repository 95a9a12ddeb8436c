import { ApiError, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import { nearestKey } from "../data/nearestKey.js";
import { NoNamespace, requireNamespace } from "../injector/requireNamespace.js";

/** How many namespaces are named where none is near. */
const mostNamed = 10;

/** Throws for a namespace that does not exist, and names the one that was meant, or those that there are. */
export async function requireKnownNamespace(api: KubernetesApi, namespace: string): Promise<void> {
  try {
    await requireNamespace(api, namespace);
  } catch (error) {
    if (!(error instanceof NoNamespace)) throw error;
    throw new NoNamespace(`${error.message}${whatThereIs(namespace, await namesIn(api))}`);
  }
}

function whatThereIs(namespace: string, there: readonly string[]): string {
  const nearest = nearestKey(namespace, there);
  if (nearest !== undefined) return `. Did you mean ${nearest}?`;
  if (there.length === 0) return "";
  const rest = there.length - mostNamed;
  return `. There are: ${there.slice(0, mostNamed).join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
}

/** By name; none where they can't be listed. */
async function namesIn(api: KubernetesApi): Promise<string[]> {
  try {
    const all = await listAll<{ metadata: ObjectMeta }>(api, "/api/v1/namespaces", { metadataOnly: true });
    return all.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [];
  }
}
