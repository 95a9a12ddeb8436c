import { UnreachableError } from "../cluster/KubernetesApi.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import type { Coordinators } from "./Coordinators.js";
import { type InjectorConfigMap, injectorName } from "./Injector.js";

/**
 * The injector; undefined if there is none, or, after a reported line, if the cluster can't be reached. A tag in place of its revision can
 * be refused, since no program installs that injector later.
 */
export async function lookAtInjector(
  coordinators: Coordinators,
  properties: Properties,
  tags: { refusesTag?: boolean } = {},
): Promise<InjectorConfigMap | undefined> {
  if (containsUnknown([properties.namespace, properties.injector, properties.cluster])) return undefined;
  const coordinator = await coordinators.of(properties);
  try {
    const api = await coordinators.api(properties);
    return await coordinator.read(api, tags);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    coordinators.reportUnreachable(`the settings in ${injectorName(coordinator.injector)}`, error);
    return undefined;
  }
}
