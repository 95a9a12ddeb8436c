import { askPlanned, type PlannedAnswer, type PlannedLayers } from "../ask/askPlanned.js";
import { injectedPods } from "../cluster/injectedPods.js";
import { type KubernetesApi, listMetadata } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { forEachLimit } from "../data/forEachLimit.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { globalTarget, type Layers, layerAt, namespaceOf } from "../levels/Layer.js";
import { workloadLayers } from "../levels/layersReaching.js";
import type { Requirement } from "../levels/selector.js";
import {
  type Answer,
  ask,
  denialOf,
  mostWorkloads,
  type Probe,
  probesOf,
  shownBy,
  withoutSidecar,
} from "./askInjector.js";
import { type Injector, type InjectorConfigMap, injectorName } from "./Injector.js";
import { isSame, type LayerChange } from "./LayerChange.js";

/** A global change is tried with pods of workloads in at most so many namespaces, and with a plain pod in all. */
const mostNamespacesWithWorkloads = 100;
/** Namespaces probed at once. */
export const asksAtOnce = 8;
/** Workload layers probed per namespace. */
const mostSelectorsAsked = 50;

interface AskedProbe {
  probe: Probe;
  /** Its outcome before the write. */
  before: Answer;
  /** The layers that it was tried out with last, and why it would be denied with them; without a reason it is admitted. */
  tried?: { layers: Layers; refused?: string } | undefined;
}

/** A namespace's probes. */
export interface Asked {
  namespace: string;
  probes: AskedProbe[];
}

/** Probes the namespaces that the changes reach, before the write; those in `asked` are not probed again. */
export async function recordBaseline(
  api: KubernetesApi,
  injector: Injector,
  current: InjectorConfigMap,
  changes: readonly LayerChange[],
  planned: PlannedLayers | undefined,
  asked: Map<string, Asked>,
): Promise<void> {
  const layers = layersOf(current.data);
  const untried = changes.some((change) => isThereUntried(change, layers));
  const reached = await namespacesReached(api, changes, layers);
  const unasked = reached.filter((namespace) => !asked.has(namespace));
  const inFull = new Set(reached.slice(0, mostNamespacesWithWorkloads));
  await forEachLimit(unasked, asksAtOnce, async (namespace) => {
    const selectors = selectorsIn(namespace, changes, layers);
    const workloads = inFull.has(namespace) ? mostWorkloads : 0;
    const [plain, ...rest] = await probesOf(api, namespace, injector, selectors, workloads);
    const before = await askAll(plain, rest, (probe) => askBefore(api, injector, namespace, probe, planned));
    const probes = untried ? await blamingSettings(api, injector, namespace, before) : before;
    asked.set(namespace, { namespace, probes });
  });
  requireSpeaking([...asked.values()], injector);
}

/** The selectors of the namespace's workload layers, before and after the write. */
function selectorsIn(
  namespace: string,
  changes: readonly LayerChange[],
  layers: Layers,
): (readonly Requirement[])[] {
  const planned = changes.flatMap(({ target, layer }) =>
    namespaceOf(target) === namespace && layer?.picks ? [layer.picks.selector] : [],
  );
  const present = workloadLayers(layers, namespace).map(({ picks }) => picks.selector);
  const unique = new Map([...present, ...planned].map((selector) => [canonicalJson(selector), selector]));
  return [...unique.values()].slice(0, mostSelectorsAsked);
}

/** Probes the others only if the first one's answer tells anything. */
async function askAll(
  plain: Probe | undefined,
  rest: readonly Probe[],
  askOne: (probe: Probe) => Promise<AskedProbe>,
): Promise<AskedProbe[]> {
  const first = plain && (await askOne(plain));
  if (!first || first.before.outcome === "unasked" || first.before.outcome === "silent")
    return first ? [first] : [];
  return [first, ...(await Promise.all(rest.map(askOne)))];
}

/** A pod that the plan was asked about need not be asked about without it. */
async function askBefore(
  api: KubernetesApi,
  injector: Injector,
  namespace: string,
  probe: Probe,
  planned: PlannedLayers | undefined,
): Promise<AskedProbe> {
  const answer = planned && (await askPlanned(api, namespace, probe.template, planned));
  switch (answer?.is) {
    case "given":
    case "refused":
      return { probe, before: shownBy(answer.pod, injector), tried: triedBy(answer, planned) };
    case "unasked":
      return { probe, before: shownBy(answer.pod, injector) };
    case "denied":
      return { probe, before: denialOf(answer.error, namespace) };
    default:
      return { probe, before: await ask(api, injector, namespace, probe) };
  }
}

/** What an answer tells of the planned layers; undefined if nothing. */
export function triedBy(answer: PlannedAnswer, planned: PlannedLayers | undefined): AskedProbe["tried"] {
  if (!planned || (answer.is !== "given" && answer.is !== "refused")) return undefined;
  return { layers: planned.layers, ...(answer.is === "refused" ? { refused: answer.why } : {}) };
}

/** Settings that are there before this `up` writes them: from Helm, or from an `up` that was killed. */
function isThereUntried({ target, layer, former }: LayerChange, layers: Layers): boolean {
  const present = layerAt(layers, target);
  return layer !== undefined && isSame(present, layer) && !isSame(former, layer);
}

// denied with a sidecar and admitted without: the settings that are already there are at fault
async function blamingSettings(
  api: KubernetesApi,
  injector: Injector,
  namespace: string,
  probes: readonly AskedProbe[],
): Promise<AskedProbe[]> {
  const blamed = probes.map(async (asked) => {
    if (asked.before.outcome !== "denied") return asked;
    const bare = await ask(api, injector, namespace, withoutSidecar(asked.probe));
    return bare.outcome === "not injected" ? { ...asked, before: anySidecar } : asked;
  });
  return Promise.all(blamed);
}

const anySidecar: Answer = { outcome: "injected", stamp: undefined };

// without a running injector a write can't be verified, and a bad one would break it at its next start
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
  const [all, running] = await Promise.all([listMetadata(api, "/api/v1/namespaces"), injectedPods(api)]);
  // by namespace labels and by pods: pods may have labels of their own, or Istio may inject by default
  const injected = all
    .filter(
      ({ name, labels }) =>
        labels?.["istio-injection"] === "enabled" ||
        labels?.["istio.io/rev"] !== undefined ||
        running.has(name),
    )
    .map(({ name }) => name);
  // namespaces without settings of their own show the global ones best
  const ordered = injected.sort(
    (a, b) => Number(layerAt(layers, a) !== undefined) - Number(layerAt(layers, b) !== undefined),
  );
  return [...new Set([...named, ...ordered])];
}

/**
 * Why settings of a namespace can't be verified, one line each. `isNamed`: whether a change is for this namespace; another one that this
 * injector does not inject is not reached by global settings.
 */
export function* unverifiable(
  namespace: string,
  probes: Asked["probes"],
  isNamed: boolean,
): Generator<string> {
  const [plain] = probes;
  if (plain?.before.outcome === "unasked") yield `[${namespace}] settings not tried out: ${plain.before.why}`;
  // a webhook with a selector of its own may inject workloads' pods, but no plain one
  const isInjected = probes.some(({ before }) => before.outcome === "injected");
  if (plain?.before.outcome === "not injected" && isNamed && !isInjected) {
    const { by } = plain.before;
    const other = `pods there come from revision ${by}: name it as injector.revision, unless they move to this one`;
    yield `[${namespace}] settings not tried out: ${by === undefined ? "this injector gives pods there no sidecar" : other}`;
  }
  if (plain?.before.outcome === "denied")
    yield `[${namespace}] a plain pod is denied there with or without our settings: ${plain.before.message}`;
}
