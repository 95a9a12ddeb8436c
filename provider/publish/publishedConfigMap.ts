import { fieldManager } from "../cluster/fieldManager.js";
import { hasStatus, ifFound, type KubernetesApi, type ObjectMeta, pathIn } from "../cluster/KubernetesApi.js";
import { valueAt } from "../data/valueAt.js";

/** The ConfigMap that shows a namespace's team which settings its pods get. */
export const publishedName = "sidecar-settings";
const key = "settings.yaml";
/** The resource that wrote the text: after a rename or replacement, the old one must not remove what its successor wrote. */
const ownerAnnotation = "sidecar-settings/owner";

interface ConfigMap {
  metadata: ObjectMeta;
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** The namespace already has another ConfigMap of that name; nothing was written. */
class ForeignConfigMap extends Error {
  override readonly name = "ForeignConfigMap";
}

/** The text in the cluster, and the resource that wrote it; undefined if there is none. */
export async function readPublished(
  api: KubernetesApi,
  namespace: string,
): Promise<{ text: string; owner: string | undefined } | undefined> {
  const found = await readConfigMap(api, namespace);
  const text = found?.data?.[key];
  return text === undefined ? undefined : { text, owner: found?.metadata.annotations?.[ownerAnnotation] };
}

/**
 * Writes the text, and keeps other keys, labels and annotations of the ConfigMap. `known`: the text was ours before, so changes by others
 * are drift and overwritten; otherwise another's text is kept, and that is an error.
 */
export async function writePublished(
  api: KubernetesApi,
  namespace: string,
  text: string,
  { known, owner }: { known: boolean; owner: string },
): Promise<void> {
  try {
    await api.request({
      method: "PATCH",
      path: pathOf(namespace),
      query: { fieldManager, force: known },
      contentType: "application/apply-patch+yaml",
      body: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: publishedName, namespace, annotations: { [ownerAnnotation]: owner } },
        data: { [key]: text },
      },
    });
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
    throw new ForeignConfigMap(
      `ConfigMap ${namespace}/${publishedName} has a ${key} of somebody else's: rename or delete it, or set publish: false (${error.serverMessage})`,
    );
  }
}

/**
 * Removes the text, and the ConfigMap if nothing else is in it. Keeps what others have written since, including another resource of this
 * package.
 */
export async function removePublished(api: KubernetesApi, namespace: string, owner: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const found = await readConfigMap(api, namespace);
    if (!found || !isOurs(found)) return;
    // without the annotation it was written by an earlier release, so it is the owner's
    if ((found.metadata.annotations?.[ownerAnnotation] ?? owner) !== owner) return;
    const { resourceVersion } = found.metadata;
    const others = [...Object.keys(found.data ?? {}), ...Object.keys(found.binaryData ?? {})].filter(
      (name) => name !== key,
    );
    try {
      await api.request(
        others.length === 0
          ? { method: "DELETE", path: pathOf(namespace), body: { preconditions: { resourceVersion } } }
          : {
              method: "PATCH",
              path: pathOf(namespace),
              query: { fieldManager },
              contentType: "application/merge-patch+json",
              body: {
                metadata: { resourceVersion, annotations: { [ownerAnnotation]: null } },
                data: { [key]: null },
              },
            },
      );
      return;
    } catch (error) {
      if (hasStatus(error, 404)) return;
      if (!hasStatus(error, 409) || attempt === mostConflicts) throw error;
    }
  }
}

const mostConflicts = 5;

function readConfigMap(api: KubernetesApi, namespace: string): Promise<ConfigMap | undefined> {
  return ifFound(api.request<ConfigMap>({ method: "GET", path: pathOf(namespace) }));
}

function isOurs({ metadata }: ConfigMap): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, fieldsV1 }) =>
      manager === fieldManager && valueAt(fieldsV1, ["f:data", `f:${key}`]) !== undefined,
  );
}

function pathOf(namespace: string): string {
  return pathIn(namespace, "configmaps", publishedName);
}
