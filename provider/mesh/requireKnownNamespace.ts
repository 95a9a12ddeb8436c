import { ApiError, type KubernetesApi } from "../cluster/KubernetesApi.js";
import { listText } from "../data/listText.js";
import { nearestKey } from "../data/nearestKey.js";
import { NoNamespace, namespaceNames, requireNamespace } from "../injector/requireNamespace.js";

/** How many namespaces are listed if none has a similar name. */
const mostNamed = 10;

/** Throws for a namespace that doesn't exist, and suggests a similar one, or lists those that exist. */
export async function requireKnownNamespace(api: KubernetesApi, namespace: string): Promise<void> {
  try {
    await requireNamespace(api, namespace);
  } catch (error) {
    if (!(error instanceof NoNamespace)) throw error;
    const existing = await namespaceNames(api).catch((unlisted: unknown) => {
      if (!(unlisted instanceof ApiError)) throw unlisted;
      return [];
    });
    throw new NoNamespace(`${error.message}${suggestion(namespace, existing)}`);
  }
}

function suggestion(namespace: string, existing: readonly string[]): string {
  const nearest = nearestKey(namespace, existing);
  if (nearest !== undefined) return `. Did you mean ${nearest}?`;
  if (existing.length === 0) return "";
  return `. There are: ${listText(existing, mostNamed)}`;
}
