import { defaultRevision } from "../cluster/injectingRevision.js";
import {
  ApiError,
  type KubernetesApi,
  listMetadata,
  type ObjectMeta,
  pathIn,
} from "../cluster/KubernetesApi.js";

export interface Revisions {
  /** Those with an injector, sorted. */
  revisions: string[];
  /** Tag -> revision, as `istioctl tag set` writes them. */
  tags: ReadonlyMap<string, string>;
}

const prefix = "istio-sidecar-injector";

/** Istio's revisions in a namespace; undefined without the right to list them. */
export async function revisionsIn(api: KubernetesApi, namespace: string): Promise<Revisions | undefined> {
  const configMaps = await metadataOf(api, pathIn(namespace, "configmaps"));
  if (!configMaps) return undefined;
  const names = configMaps.map(({ name }) => name);
  const revisions = names.flatMap((name) => {
    if (name === prefix) return [defaultRevision];
    return name.startsWith(`${prefix}-`) ? [name.slice(prefix.length + 1)] : [];
  });
  const webhooks = await metadataOf(
    api,
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  );
  const tags = (webhooks ?? []).flatMap(({ labels }): [string, string][] => {
    const [tag, revision] = [labels?.["istio.io/tag"], labels?.["istio.io/rev"]];
    return tag !== undefined && revision !== undefined ? [[tag, revision]] : [];
  });
  return { revisions: [...new Set(revisions)].sort(), tags: new Map(tags.sort()) };
}

async function metadataOf(api: KubernetesApi, path: string): Promise<ObjectMeta[] | undefined> {
  try {
    return await listMetadata(api, path);
  } catch (error) {
    // only used to improve a message
    if (!(error instanceof ApiError)) throw error;
    return undefined;
  }
}
