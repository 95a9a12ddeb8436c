import type { Deployment } from "./deployment";
import { forProvider, UNKNOWN } from "./propertyValue";
import type { ResourceState } from "./resourceState";
import { existing } from "./stepRunner";

/**
 * Resources that have to go before `root` is deleted for a replacement: those that depend on it through a property,
 * and that their provider would replace if that property changed. In dependency order.
 */
export async function dependentReplacements(
  deployment: Deployment,
  root: ResourceState,
): Promise<ResourceState[]> {
  const replaced = new Set([root.urn]);
  const found: ResourceState[] = [];
  const states = deployment.snapshot.current();
  for (let grew = true; grew; ) {
    grew = false;
    for (const state of states) {
      if (!state.custom || state.delete || state.external || replaced.has(state.urn)) continue;
      if (!(await isReplacedWith(deployment, state, replaced))) continue;
      replaced.add(state.urn);
      found.push(state);
      grew = true;
    }
  }
  return found;
}

async function isReplacedWith(
  deployment: Deployment,
  state: ResourceState,
  replaced: Set<string>,
): Promise<boolean> {
  const touched = Object.entries(state.propertyDependencies)
    .filter(([, urns]) => urns.some((urn) => replaced.has(urn)))
    .map(([key]) => key);
  if (touched.length === 0) return false;
  const provider = await deployment.providers.forResource(state.type, state.provider);
  const news = forProvider(state.inputs);
  for (const key of touched) news[key] = UNKNOWN;
  const diff = await provider.diff(existing(state), news, []);
  return diff.replaces.length > 0;
}
