import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { type Injector, type InjectorConfigMap, injectorName, readInjector } from "./Injector.js";

/** For how long one reading does for all resources of a program, in ms: they are looked at by the thousand, and it is long. */
const freshFor = 1_000;

interface Reading {
  at: number;
  configMap: Promise<InjectorConfigMap>;
}

const readings = new WeakMap<KubernetesApi, Map<string, Reading>>();

/**
 * The injector as it was read at most a second ago, for looks at it; and never as it was before this process last wrote it. What is
 * written is made from `readInjector`.
 */
export function cachedInjector(
  api: KubernetesApi,
  injector: Injector,
  // set back, a wall clock would call a reading recent for hours
  elapsed = performance.now(),
): Promise<InjectorConfigMap> {
  const known = readings.get(api) ?? new Map<string, Reading>();
  readings.set(api, known);
  const name = injectorName(injector);
  const recent = known.get(name);
  if (recent && elapsed - recent.at < freshFor) return recent.configMap;
  const configMap = readInjector(api, injector);
  known.set(name, { at: elapsed, configMap });
  // an answer that was none is asked for again
  configMap.catch(() => invalidateInjector(api, injector));
  return configMap;
}

/** After a write of ours. */
export function invalidateInjector(api: KubernetesApi, injector: Injector): void {
  readings.get(api)?.delete(injectorName(injector));
}
