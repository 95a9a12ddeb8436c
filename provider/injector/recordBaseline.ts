import { injectedPods } from "../cluster/injectedPods.js";
import { type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import { InjectorRefusal } from "../configMap/InjectorRefusal.js";
import { layersOf } from "../configMap/layersOf.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { forEachLimit } from "../data/forEachLimit.js";
import { globalTarget, type Layers, layerAt, namespaceOf } from "../levels/Layer.js";
import { workloadLayers } from "../levels/layersReaching.js";
import type { Requirement } from "../levels/selector.js";
import { type Answer, ask, mostWorkloads, type Probe, probesOf, withoutSidecar } from "./askInjector.js";
import { type Injector, type InjectorConfigMap, injectorName } from "./Injector.js";
import { isSame, type LayerChange } from "./LayerChange.js";

/** A global change is tried out with pods of workloads in at most this many namespaces; with a plain pod in all. */
const mostNamespacesWithWorkloads = 100;
/** Namespaces that are asked about at once. */
export const asksAtOnce = 8;
/** Of a namespace's workload layers, this many are tried out. */
const mostSelectorsAsked = 50;

/** A namespace's pods, and what the injector said of each before the write. */
export interface Asked {
  namespace: string;
  probes: { probe: Probe; before: Answer }[];
}

/** Asks about the namespaces that the changes reach, before they are written; those that `asked` has are not asked about again. */
export async function recordBaseline(
  api: KubernetesApi,
  injector: Injector,
  current: InjectorConfigMap,
  changes: readonly LayerChange[],
  asked: Map<string, Asked>,
): Promise<void> {
  const layers = layersOf(current.data);
  const untried = changes.some((change) => isThereUntried(change, layers));
  const reached = await namespacesReached(api, changes, layers);
  const unasked = reached.filter((namespace) => !asked.has(namespace));
  const inFull = new Set(reached.slice(0, mostNamespacesWithWorkloads));
  await forEachLimit(unasked, asksAtOnce, async (namespace) => {
    const selectors = selectorsIn(namespace, changes, layers);
    const before = await askAll(
      api,
      injector,
      namespace,
      selectors,
      inFull.has(namespace) ? mostWorkloads : 0,
    );
    asked.set(namespace, untried ? await blamingSettings(api, injector, before) : before);
  });
  requireSpeaking([...asked.values()], injector);
}

/** The selectors of the namespace's workload layers, as they are and as they will be. */
function selectorsIn(
  namespace: string,
  changes: readonly LayerChange[],
  layers: Layers,
): (readonly Requirement[])[] {
  const planned = changes.flatMap(({ target, layer }) =>
    namespaceOf(target) === namespace && layer?.picks ? [layer.picks.selector] : [],
  );
  const present = workloadLayers(layers, namespace).map(({ picks }) => picks.selector);
  const told = new Map([...present, ...planned].map((selector) => [canonicalJson(selector), selector]));
  return [...told.values()].slice(0, mostSelectorsAsked);
}

async function askAll(
  api: KubernetesApi,
  injector: Injector,
  namespace: string,
  selectors: readonly (readonly Requirement[])[],
  workloads: number,
): Promise<Asked> {
  const probes = await probesOf(api, namespace, injector, selectors, workloads);
  const [plain, ...rest] = probes;
  const first = plain ? { probe: plain, before: await ask(api, injector, namespace, plain) } : undefined;
  if (!first || first.before.outcome === "unasked" || first.before.outcome === "silent")
    return { namespace, probes: first ? [first] : [] };
  return {
    namespace,
    probes: [
      first,
      ...(await Promise.all(
        rest.map(async (probe) => ({ probe, before: await ask(api, injector, namespace, probe) })),
      )),
    ],
  };
}

/** Settings that are there before this program brings them: Helm wrote them, or an `up` that was killed. */
function isThereUntried({ target, layer, former }: LayerChange, layers: Layers): boolean {
  const present = layerAt(layers, target);
  return layer !== undefined && isSame(present, layer) && !isSame(former, layer);
}

// a pod that is denied with a sidecar and not without one is denied for settings that are there already
async function blamingSettings(
  api: KubernetesApi,
  injector: Injector,
  { namespace, probes }: Asked,
): Promise<Asked> {
  const blamed = probes.map(async ({ probe, before }) => {
    if (before.outcome !== "denied") return { probe, before };
    const bare = await ask(api, injector, namespace, withoutSidecar(probe));
    return { probe, before: bare.outcome === "not injected" ? anySidecar : before };
  });
  return { namespace, probes: await Promise.all(blamed) };
}

const anySidecar: Answer = { outcome: "injected", stamp: undefined };

// with the injector away nothing written could be tried out, and a bad write would meet it when it starts again
function requireSpeaking(asked: readonly Asked[], injector: Injector): void {
  for (const { namespace, probes } of asked) {
    for (const { before } of probes) {
      if (before.outcome === "silent") {
        throw new InjectorRefusal(
          `the injector of ${injectorName(injector)} does not answer for namespace ${namespace}, so nothing was written: ${before.message}`,
        );
      }
    }
  }
}

async function namespacesReached(
  api: KubernetesApi,
  changes: readonly LayerChange[],
  layers: Layers,
): Promise<string[]> {
  const named = changes.flatMap(({ target }) => namespaceOf(target) ?? []);
  if (!changes.some(({ target }) => target === globalTarget)) return [...new Set(named)];
  const [all, running] = await Promise.all([
    listAll<{ metadata: ObjectMeta }>(api, "/api/v1/namespaces", { metadataOnly: true }),
    injectedPods(api),
  ]);
  // by labels of namespaces, and by pods: these have labels of their own, or Istio injects by default
  const injected = all
    .filter(
      ({ metadata }) =>
        metadata.labels?.["istio-injection"] === "enabled" ||
        metadata.labels?.["istio.io/rev"] !== undefined ||
        running.has(metadata.name),
    )
    .map(({ metadata }) => metadata.name);
  // a namespace without settings of its own shows the global ones best
  const ordered = injected.sort(
    (a, b) => Number(layerAt(layers, a) !== undefined) - Number(layerAt(layers, b) !== undefined),
  );
  return [...new Set([...named, ...ordered])];
}

/** What makes settings of a namespace impossible to try out, a line each. */
export function* unverifiable(namespace: string, probes: Asked["probes"]): Generator<string> {
  const [plain] = probes;
  if (plain?.before.outcome === "unasked") yield `[${namespace}] settings not tried out: ${plain.before.why}`;
  if (plain?.before.outcome === "not injected")
    yield `[${namespace}] settings not tried out: this injector gives pods there no sidecar`;
  if (plain?.before.outcome === "denied")
    yield `[${namespace}] a plain pod is denied there with or without our settings: ${plain.before.message}`;
}
