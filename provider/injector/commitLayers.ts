import { fieldManager } from "../cluster/fieldManager.js";
import { hasStatus, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import { isPassing } from "../cluster/waitBeforeRetry.js";
import type { Requirement } from "../levels/selector.js";
import {
  compose,
  globalTarget,
  InjectorRefusal,
  installedGlobal,
  type Layer,
  type Layers,
  layerAt,
  layersOf,
  namespaceOf,
  stampsIn,
  workloadLayers,
} from "../render/compose.js";
import { canonicalJson, installedSettings } from "../render/Profile.js";
import { type Answer, ask, type Probe, probesOf, withoutSidecar } from "./askInjector.js";
import {
  type Injector,
  type InjectorConfigMap,
  injectorName,
  putBackManager,
  readInjector,
  writeInjector,
} from "./Injector.js";
import { forgetInjector } from "./recentInjector.js";
import { requireValidLayer } from "./requireValidLayer.js";
import { targetName } from "./targetName.js";
import { waitForReplicas } from "./waitForReplicas.js";

export interface LayerChange {
  /** A namespace, or `*`. */
  target: string;
  /** The layer that should be there; undefined takes it away. */
  layer: Layer | undefined;
  /** Who may be found as the present owner; nobody else's layer is touched. */
  owners: readonly string[];
  /** What was there by the last successful `up`: goes back when a write of ours that nobody tried out turns out bad. */
  former?: Layer;
  /** Whether a rollout that failed asks for it. */
  putsBack?: boolean;
}

/** Another Pulumi resource has the layer. */
export class OwnershipError extends Error {
  override readonly name = "OwnershipError";
}

/** The injector, or the API server after it, did not take the new settings; what was there before is back. */
export class RejectedByInjector extends Error {
  override readonly name = "RejectedByInjector";
}

/** The settings may be in the injector, and nobody could try them out: what to put back is for the next `up` to find out. */
export class UntriedSettings extends Error {
  override readonly name = "UntriedSettings";
}

export interface CommitOptions {
  /** How long an injector may take to show the new settings, in ms. Some installs mount the ConfigMap, which takes 90 s. */
  patience: number;
  report: (line: string) => void;
  /** Time that only passes, in ms. */
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
}

/** Kubernetes' limit for the data of a ConfigMap. */
const mostBytes = 1024 * 1024;
const mostConflicts = 100;
/** Times that layers are written again after somebody rewrote the ConfigMap before the injector had shown them. */
const mostRewrites = 5;
/** A global change is tried out in at most this many namespaces. */
const mostNamespacesAsked = 100;
const asksAtOnce = 8;
/** Of a namespace's workload layers, this many are tried out. */
const mostSelectorsAsked = 50;

/** The outcome of each change: undefined when it is in the injector and the injector shows it, or the error. */
export type Outcomes = Map<LayerChange, Error | undefined>;

/**
 * Brings changes of layers into the injector with one write, and asks the injector about each namespace concerned.
 * A change that is wrong fails alone; the others go on. What the injector does not take is put back.
 */
export async function commitLayers(
  api: KubernetesApi,
  injector: Injector,
  changes: readonly LayerChange[],
  options: CommitOptions,
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const asked = new Map<string, Asked>();
  const bring = (some: readonly LayerChange[], found: Outcomes) =>
    write(api, injector, some, found, async (current, accepted) => {
      const layers = layersOf(current.data);
      const untried = accepted.some((change) => isThereUntried(change, layers));
      const reached = await namespacesReached(api, accepted, layers);
      const unasked = reached.filter((namespace) => !asked.has(namespace));
      await inBatches(unasked, asksAtOnce, async (namespace) => {
        const selectors = selectorsIn(namespace, accepted, layers);
        const before = await askAll(api, injector, namespace, selectors);
        asked.set(namespace, untried ? await blamingSettings(api, injector, before) : before);
      });
      requireSpeaking([...asked.values()], injector);
    });
  const before = await bring(changes, outcomes);
  const deadline = options.elapsed() + options.patience;
  const accepted = changes.filter((change) => outcomes.get(change) === undefined);
  const isStanding = (change: LayerChange) => outcomes.get(change) === undefined;
  let pending = [...asked.values()];
  for (const { namespace, probes } of pending)
    for (const line of unverifiable(namespace, probes)) options.report(line);
  let refused: Refused = new Map();
  const everRefused = new Set<string>();
  for (let rewrites = 0; ; ) {
    if (refused.size > 0)
      await putBack(api, injector, accepted.filter(isStanding), before, refused, outcomes, options);
    for (const namespace of refused.keys()) everRefused.add(namespace);
    pending = pending.filter(({ namespace }) => !everRefused.has(namespace));
    const standing = accepted.filter(isStanding);
    if (standing.length === 0) return outcomes;
    // what is refused goes back at once, and does not wait for injectors that have yet to answer for others
    const looked = await waitForStamps(api, injector, pending, standing, deadline, options);
    ({ refused, pending } = looked);
    if (looked.lost.length > 0) {
      if (++rewrites > mostRewrites)
        throw new UntriedSettings(
          `${injectorName(injector)} is rewritten by others again and again; run pulumi up again`,
        );
      options.report(`written again, since somebody rewrote ${injectorName(injector)} meanwhile`);
      const found: Outcomes = new Map();
      await bring(looked.lost, found);
      for (const [change, error] of found) outcomes.set(change, error);
      pending = [...asked.values()];
    } else if (refused.size === 0 && pending.length === 0) {
      await waitForAllReplicas(api, injector, asked, deadline, options);
      return outcomes;
    }
  }
}

/** Read, decide, write; again when someone else wrote in between. Returns the layers that were there before. */
async function write(
  api: KubernetesApi,
  injector: Injector,
  changes: readonly LayerChange[],
  outcomes: Outcomes,
  beforeWriting: (current: InjectorConfigMap, accepted: readonly LayerChange[]) => Promise<void>,
): Promise<Layers> {
  let first: Layers | undefined;
  for (let attempt = 0; ; attempt++) {
    const current = await readInjector(api, injector);
    const present = layersOf(current.data);
    // a write whose answer was lost comes back as a conflict with itself
    first ??= present;
    const before = first;
    const { layers, accepted } = decide(changes, present, current, outcomes);
    if (accepted.length === 0) return before;
    const data = compose(current.data, layers);
    requireRoom(data, injector, Object.keys(layers).length);
    await beforeWriting(current, accepted);
    if (data.config === current.data.config && data.values === current.data.values) return before;
    try {
      const manager = accepted.every(({ putsBack }) => putsBack) ? putBackManager : fieldManager;
      await writeInjector(api, injector, current, data, manager).finally(() => forgetInjector(api, injector));
      return before;
    } catch (error) {
      if (isPassing(error)) throw untried(error);
      if (!hasStatus(error, 409) || attempt >= mostConflicts) throw error;
      // spread out: with many writers, trying again at once only collides again
      await new Promise((resolve) =>
        setTimeout(resolve, Math.random() * Math.min(1000, 20 * 2 ** Math.min(attempt, 6))),
      );
    }
  }
}

function untried(error: unknown): UntriedSettings {
  const why = error instanceof Error ? error.message : String(error);
  return new UntriedSettings(
    `the settings may have been written, and could not be tried out; run pulumi up again: ${why}`,
  );
}

function decide(
  changes: readonly LayerChange[],
  before: Layers,
  current: InjectorConfigMap,
  outcomes: Outcomes,
): { layers: Layers; accepted: LayerChange[] } {
  const layers: Record<string, Layer> = { ...before };
  const accepted: LayerChange[] = [];
  const installed = installedSettings(installedGlobal(current.data));
  outcomes.clear();
  for (const change of changes) {
    const present = layerAt(layers, change.target);
    try {
      if (present && !change.owners.includes(present.owner)) throw foreignLayer(change, present);
      place(layers, change.target, change.layer);
      requireValidLayer(change.target, layers, installed);
      outcomes.set(change, undefined);
      accepted.push(change);
    } catch (error) {
      place(layers, change.target, present);
      outcomes.set(change, error as Error);
    }
  }
  return { layers, accepted };
}

function place(layers: Record<string, Layer>, target: string, layer: Layer | undefined): void {
  if (layer) layers[target] = layer;
  else delete layers[target];
}

function foreignLayer({ target, layer }: LayerChange, present: Layer): OwnershipError {
  return new OwnershipError(
    `${targetName(target)}: its sidecar settings belong to ${present.owner}${layer ? `; ${layer.owner} can't have them as well. ` : ". "}` +
      "Take them out of one of the two programs, or run pulumi destroy there first.",
  );
}

function requireRoom(data: { config: string; values: string }, injector: Injector, count: number): void {
  const bytes = Buffer.byteLength(data.config) + Buffer.byteLength(data.values);
  if (bytes <= mostBytes) return;
  throw new InjectorRefusal(
    `${injectorName(injector)} would have ${bytes} bytes with these ${count} layers, and a ConfigMap holds ${mostBytes}: ` +
      `${Buffer.byteLength(data.config)} are templates, ${Buffer.byteLength(data.values)} values; give namespaces the same settings, which are stored once, or use fewer`,
  );
}

interface Asked {
  namespace: string;
  probes: { probe: Probe; before: Answer }[];
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
): Promise<Asked> {
  const probes = await probesOf(api, namespace, injector, selectors);
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
  const all = await listAll<{ metadata: ObjectMeta }>(api, "/api/v1/namespaces", { metadataOnly: true });
  const injected = all
    .filter(
      ({ metadata }) =>
        metadata.labels?.["istio-injection"] === "enabled" || metadata.labels?.["istio.io/rev"] !== undefined,
    )
    .map(({ metadata }) => metadata.name);
  // a namespace without settings of its own shows the global ones best
  const ordered = injected.sort(
    (a, b) => Number(layerAt(layers, a) !== undefined) - Number(layerAt(layers, b) !== undefined),
  );
  return [...new Set([...named, ...ordered.slice(0, mostNamespacesAsked)])];
}

/** Namespace -> why its pods can't be created, or don't get the settings. */
type Refused = Map<string, string>;

interface Looked {
  refused: Refused;
  /** Those that the injector has yet to show. */
  pending: Asked[];
  /** Changes that somebody has undone. */
  lost: LayerChange[];
}

/** Asks until every namespace has shown the settings, one refuses them, or they are gone. */
async function waitForStamps(
  api: KubernetesApi,
  injector: Injector,
  asked: readonly Asked[],
  changes: readonly LayerChange[],
  deadline: number,
  options: CommitOptions,
): Promise<Looked> {
  let pending = [...asked];
  let silence: string | undefined;
  let reportAfter = 10_000;
  let nextReport = options.elapsed() + reportAfter;
  for (let pause = 100; ; pause = Math.min(2_000, pause * 1.5)) {
    const refused: Refused = new Map();
    try {
      const { data } = await readInjector(api, injector);
      const lost = lostIn(layersOf(data), changes);
      if (lost.length > 0) return { refused, pending, lost };
      const stampOf = stampsIn(data);
      const waiting: Asked[] = [];
      silence = undefined;
      await inBatches(pending, asksAtOnce, async (one) => {
        const verdict = await verdictOf(api, injector, one, stampOf).catch((error: unknown) => {
          silence = saysNothing(error);
          return "waiting" as const;
        });
        if (verdict === "waiting") waiting.push(one);
        else if (verdict !== "taken") refused.set(one.namespace, verdict.refused);
      });
      pending = waiting;
      if (pending.length === 0 || refused.size > 0) return { refused, pending, lost: [] };
    } catch (error) {
      silence = saysNothing(error);
    }
    if (options.elapsed() >= deadline) break;
    if (options.elapsed() >= nextReport) {
      options.report(
        `waiting for the injector to take up the settings of ${pending.length} namespaces (${pending[0]?.namespace}, …)`,
      );
      reportAfter *= 2;
      nextReport += reportAfter;
    }
    await options.sleep(pause);
  }
  const waited = `${Math.round(options.patience / 1000)} s`;
  const why =
    silence === undefined
      ? `the injector still gives pods other settings after ${waited}; see istiod's log for "failed to read injection config"`
      : `nothing could be learnt in ${waited}: ${silence}`;
  return { refused: new Map(pending.map(({ namespace }) => [namespace, why])), pending: [], lost: [] };
}

/** The message of an API server that is busy or away, which says nothing of the settings; throws any other error. */
function saysNothing(error: unknown): string {
  if (!isPassing(error)) throw error;
  return error instanceof Error ? error.message : String(error);
}

function lostIn(layers: Layers, changes: readonly LayerChange[]): LayerChange[] {
  return changes.filter(({ target, layer }) => layer && !isSame(layerAt(layers, target), layer));
}

/** Asks each replica about one pod: they all read one ConfigMap, so one tells whether they have it. */
async function waitForAllReplicas(
  api: KubernetesApi,
  injector: Injector,
  asked: ReadonlyMap<string, Asked>,
  deadline: number,
  options: CommitOptions,
): Promise<void> {
  for (const { namespace, probes } of asked.values()) {
    const found = probes.find(({ probe, before }) => probe.ours && before.outcome === "injected");
    if (!found) continue;
    const { probe } = found;
    // looked up each time: another program may have changed weaker levels meanwhile
    const stamp = async () =>
      stampsIn((await readInjector(api, injector)).data)(namespace, probe.template.metadata?.labels);
    return waitForReplicas(api, injector, { namespace, probe, stamp }, deadline, options).catch(
      (error: unknown) => void saysNothing(error),
    );
  }
}

function* unverifiable(namespace: string, probes: Asked["probes"]): Generator<string> {
  const [plain] = probes;
  if (plain?.before.outcome === "unasked") yield `[${namespace}] settings not tried out: ${plain.before.why}`;
  if (plain?.before.outcome === "not injected")
    yield `[${namespace}] settings not tried out: this injector gives pods there no sidecar`;
  if (plain?.before.outcome === "denied")
    yield `[${namespace}] a plain pod is denied there with or without our settings: ${plain.before.message}`;
}

async function verdictOf(
  api: KubernetesApi,
  injector: Injector,
  { namespace, probes }: Asked,
  stampOf: ReturnType<typeof stampsIn>,
): Promise<"taken" | "waiting" | { refused: string }> {
  let taken = true;
  for (const { probe, before } of probes) {
    if (before.outcome !== "injected") continue;
    const after = await ask(api, injector, namespace, probe);
    // what was denied before the write is somebody else's denial; what is denied only now is ours
    if (after.outcome === "denied") return { refused: `${probe.name}: ${after.message}` };
    if (after.outcome === "silent") return { refused: `${probe.name}: ${after.message}` };
    // a workload that names other templates never gets a stamp, so only pods of our making are held to it
    const stamp = stampOf(namespace, probe.template.metadata?.labels);
    if (probe.ours && after.outcome === "injected" && after.stamp !== stamp) taken = false;
    if (!taken) return "waiting";
  }
  return "taken";
}

async function putBack(
  api: KubernetesApi,
  injector: Injector,
  accepted: readonly LayerChange[],
  before: Layers,
  refused: Refused,
  outcomes: Outcomes,
  options: CommitOptions,
): Promise<void> {
  const failing = accepted.filter(
    ({ target }) => target === globalTarget || refused.has(namespaceOf(target) ?? ""),
  );
  if (failing.length === 0) return;
  // without a culprit among namespaces the global change is the one that reached them
  const back = failing.map(
    (change): LayerChange => ({
      target: change.target,
      layer: isSame(layerAt(before, change.target), change.layer)
        ? change.former
        : layerAt(before, change.target),
      owners: [...change.owners, ...(change.layer ? [change.layer.owner] : [])],
    }),
  );
  options.report(`putting back the settings of ${back.map(({ target }) => targetName(target)).join(", ")}`);
  const put = await takeBack(api, injector, back);
  for (const change of failing) {
    const reasons =
      change.target === globalTarget
        ? [...refused]
        : [...refused].filter(([namespace]) => namespace === namespaceOf(change.target));
    const told = reasons.map(([namespace, why]) => `✖ namespace ${namespace}: ${why}`).join("\n");
    const name = targetName(change.target);
    outcomes.set(
      change,
      put.is === "done"
        ? new RejectedByInjector(
            `${name}: the settings were put back to what they were, since with them pods can't be created or don't get them.\n${told}`,
          )
        : new UntriedSettings(
            `${name}: with the settings pods can't be created or don't get them, and they could not be put back: ${put.why}; run pulumi up again.\n${told}`,
          ),
    );
  }
}

/** Writes former layers; one that no longer goes with what others have written meanwhile is taken out. */
async function takeBack(
  api: KubernetesApi,
  injector: Injector,
  back: readonly LayerChange[],
): Promise<{ is: "done" } | { is: "failed"; why: string }> {
  try {
    let left = back;
    for (const layers of ["former", "none"]) {
      const outcomes: Outcomes = new Map();
      const some = layers === "former" ? left : left.map((change) => ({ ...change, layer: undefined }));
      await write(api, injector, some, outcomes, async () => {});
      left = some.filter((change) => {
        const error = outcomes.get(change);
        return error !== undefined && !(error instanceof OwnershipError);
      });
      if (left.length === 0) break;
    }
    return { is: "done" };
  } catch (error) {
    return { is: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

function isSame(present: Layer | undefined, wanted: Layer | undefined): boolean {
  return (
    canonicalJson([present?.settings, present?.picks]) === canonicalJson([wanted?.settings, wanted?.picks])
  );
}

async function inBatches<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: Math.min(atOnce, queue.length) }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}
