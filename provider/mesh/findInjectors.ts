import { defaultRevision } from "../cluster/injectingRevision.js";
import { hasStatus, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import {
  configMapName,
  type Injector,
  type InjectorConfigMap,
  injectorName,
  readInjector,
} from "../injector/Injector.js";
import { InjectorRefusal } from "../render/InjectorRefusal.js";

export interface FoundInjector {
  injector: Injector;
  configMap: InjectorConfigMap;
}

export interface FoundInjectors {
  found: FoundInjector[];
  /** Injectors that were named or listed and can't be read, and why. */
  notes: string[];
}

const prefix = "istio-sidecar-injector";

/** Every injector in Istio's namespace, or the one of a revision. Who may not list them is shown the one without revision. */
export async function findInjectors(
  api: KubernetesApi,
  namespace: string,
  revision?: string,
): Promise<FoundInjectors> {
  const revisions = revision === undefined ? await revisionsIn(api, namespace) : [revision];
  const result: FoundInjectors = { found: [], notes: [] };
  for (const name of revisions) {
    const injector = { namespace, ...(name === defaultRevision ? {} : { revision: name }) };
    try {
      result.found.push({ injector, configMap: await readInjector(api, injector) });
    } catch (error) {
      const refused = error instanceof InjectorRefusal || hasStatus(error, 403);
      if (!refused) throw error;
      result.notes.push(`${injectorName(injector)}: ${error.message}`);
    }
  }
  return result;
}

async function revisionsIn(api: KubernetesApi, namespace: string): Promise<string[]> {
  try {
    const all = await listAll<{ metadata: ObjectMeta }>(
      api,
      `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`,
      { metadataOnly: true },
    );
    const names = all.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(prefix));
    const revisions = names.map((name) => name.slice(prefix.length + 1) || defaultRevision);
    // what only begins like one is somebody else's
    const known = revisions.filter((name) => names.includes(configMapName({ namespace, revision: name })));
    return known.length > 0 ? known.sort() : [defaultRevision];
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    return [defaultRevision];
  }
}
