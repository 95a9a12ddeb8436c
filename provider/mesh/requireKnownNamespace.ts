import { ApiError, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import { nearestKey } from "../data/nearestKey.js";
import { NoNamespace, requireNamespace } from "../injector/requireNamespace.js";

/** How many namespaces are listed if none has a similar name. */
const mostNamed = 10;

/** Throws for a namespace that doesn't exist, and suggests a similar one, or lists those that exist. */
export async function requireKnownNamespace(api: KubernetesApi, namespace: string): Promise<void> {
  try {
    await requireNamespace(api, namespace);
  } catch (error) {
    if (!(error instanceof NoNamespace)) throw error;
    throw new NoNamespace(`${error.message}${suggestion(namespace, await namesIn(api))}`);
  }
}

function suggestion(namespace: string, existing: readonly string[]): string {
  const nearest = nearestKey(namespace, existing);
  if (nearest !== undefined) return `. Did you mean ${nearest}?`;
  if (existing.length === 0) return "";
  const rest = existing.length - mostNamed;
  return `. There are: ${existing.slice(0, mostNamed).join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
}

/** By name; empty if they can't be listed. */
async function namesIn(api: KubernetesApi): Promise<string[]> {
  try {
    const all = await listAll<{ metadata: ObjectMeta }>(api, "/api/v1/namespaces", { metadataOnly: true });
    return all.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [];
  }
}
