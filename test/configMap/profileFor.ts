import type { InjectorData } from "../../provider/configMap/InjectorData";
import { storedData } from "../../provider/configMap/StoredData";
import type { StoredProfile } from "../../provider/configMap/StoredProfile";
import { getOwn } from "../../provider/data/getOwn";
import { globalTarget } from "../../provider/levels/Layer";

/** The profile of a namespace's pods without workload layers: the namespace's, otherwise the global one. */
export function profileFor(data: Pick<InjectorData, "values">, namespace: string): StoredProfile | undefined {
  const stored = storedData(data);
  const found = stored && getOwn(stored.profiles, getOwn(stored.namespaces, namespace) ?? globalTarget);
  return found && structuredClone(found);
}
