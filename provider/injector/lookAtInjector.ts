import { UnreachableError } from "../cluster/KubernetesApi.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import { targetOf } from "../levels/Layer.js";
import type { Coordinators } from "./Coordinators.js";
import { type InjectorConfigMap, injectorName } from "./Injector.js";
import { targetName } from "./targetName.js";

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
  const { session } = coordinators;
  const coordinator = await coordinators.of(properties);
  try {
    const api = await coordinators.api(properties);
    return await coordinator.read(api, tags);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    const at = injectorName(coordinator.injector);
    session.report(`${targetName(targetOf(properties))}: could not look at ${at}: ${error.message}`);
    return undefined;
  }
}
