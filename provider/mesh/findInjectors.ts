import { defaultRevision } from "../cluster/injectingRevision.js";
import { hasStatus, type KubernetesApi } from "../cluster/KubernetesApi.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { type Injector, type InjectorConfigMap, injectorName, readInjector } from "../injector/Injector.js";
import { NoInjector } from "../injector/NoInjector.js";
import { revisionsIn } from "../injector/revisionsIn.js";

export interface FoundInjector {
  injector: Injector;
  configMap: InjectorConfigMap;
}

interface FoundInjectors {
  found: FoundInjector[];
  /** Injectors that were named or listed but can't be read, and why. */
  unread: { says: string; isForbidden: boolean }[];
}

/** Every injector in Istio's namespace, or that of a revision. Without the right to list them, the one without a revision. */
export async function findInjectors(
  api: KubernetesApi,
  namespace: string,
  revision?: string,
): Promise<FoundInjectors> {
  const revisions = revision === undefined ? await knownRevisions(api, namespace) : [revision];
  const result: FoundInjectors = { found: [], unread: [] };
  for (const name of revisions) {
    const injector = { namespace, ...(name === defaultRevision ? {} : { revision: name }) };
    try {
      result.found.push({ injector, configMap: await readInjector(api, injector) });
    } catch (error) {
      // with a typo in --revision the mesh would look healthy
      if (error instanceof NoInjector && revision !== undefined) throw error;
      const isForbidden = hasStatus(error, 403);
      if (!isForbidden && !(error instanceof InjectorRefusal)) throw error;
      result.unread.push({ says: `${injectorName(injector)}: ${error.message}`, isForbidden });
    }
  }
  return result;
}

async function knownRevisions(api: KubernetesApi, namespace: string): Promise<string[]> {
  const there = await revisionsIn(api, namespace);
  return there && there.revisions.length > 0 ? there.revisions : [defaultRevision];
}
