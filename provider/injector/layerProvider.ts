import { isOtherCluster } from "../cluster/isOtherCluster.js";
import {
  ApiError,
  type ClusterAccess,
  type KubernetesApi,
  UnreachableError,
} from "../cluster/KubernetesApi.js";
import type { Session } from "../cluster/session.js";
import { withKnownCluster } from "../cluster/withKnownCluster.js";
import { effectiveAt } from "../configMap/effectiveAt.js";
import { layersOf } from "../configMap/layersOf.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { problemSentence, SettingsError } from "../data/problem.js";
import { containsUnknown } from "../data/unknown.js";
import { effectiveValues } from "../levels/effectiveSettings.js";
import { type Layer, layerAt, targetOf } from "../levels/Layer.js";
import { layersAt } from "../levels/layersReaching.js";
import { stampOf } from "../levels/Profile.js";
import { asLabelSelector } from "../levels/selector.js";
import { nested } from "../settings/canonicalSettings.js";
import { asProperties, settingGroups } from "../settings/settingsInputs.js";
import { cachedInjector } from "./cachedInjector.js";
import {
  type Injector,
  type InjectorConfigMap,
  injectorName,
  isWrittenByUs,
  lastWriter,
  whenPutBack,
} from "./Injector.js";
import { OwnershipError, UntriedSettings } from "./LayerChange.js";
import type { LayerHistory } from "./LayerHistory.js";
import { layerQueue } from "./LayerQueue.js";
import {
  contentOf,
  defaultPatience,
  injectorOf,
  type LayerContent,
  ownerOf,
  type Properties,
  patienceOf,
  podContentOf,
  readLayerInputs,
} from "./layerInputs.js";
import {
  claimedTwice,
  isSameStack,
  ownedByAnother,
  ownerAfter,
  stackOf,
  wantedOwner,
  writtenOwner,
  writtenOwnerOf,
  writtenOwnerOutput,
} from "./layerOwner.js";
import { NoInjector } from "./NoInjector.js";
import type { PlannedLayers } from "./PlannedLayers.js";
import { NoNamespace, requireNamespace } from "./requireNamespace.js";
import { targetName } from "./targetName.js";
import { whyRefused } from "./whyRefused.js";

/** Settings in an injector's ConfigMap as a Pulumi resource: one level's settings for one target, with one owner. */
export interface LayerProvider {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures?: { property: string; reason: string }[] }>;
  diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  read(id: string, properties: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }>;
  delete(id: string, properties: Properties): Promise<void>;
}

/** `afterRemoval` restarts what ran with settings that are gone. */
export function layerProvider(
  session: Session,
  planned: PlannedLayers,
  history: LayerHistory,
  afterRemoval: (api: KubernetesApi, injector: Injector, properties: Properties) => Promise<void>,
): LayerProvider {
  return {
    async check(olds, given) {
      const news = withKnownCluster(given);
      const { problems, ...content } = readLayerInputs(news);
      const { settings } = content;
      if (problems.length > 0) {
        return {
          inputs: news,
          failures: problems.map((problem) => ({ property: problem.path, reason: problemSentence(problem) })),
        };
      }
      const before = readLayerInputs(olds);
      const inputs: Record<string, unknown> = {
        ...news,
        ...asProperties(settings, before.settings),
        patience: news.patience ?? defaultPatience,
      };
      const refused = await whyRefused(() => look(session, news), news, content);
      if (refused !== undefined) return { inputs, failures: [{ property: "injector", reason: refused }] };
      const exists = Object.keys(olds).length > 0;
      const gone = exists ? await describeDrift(session, olds, before, content) : undefined;
      if (!exists) await warnOfNamespace(session, news);
      const claimed = planned.note(news, content, gone?.isLost ?? false);
      const owned = claimed === undefined ? await otherStack(session, olds, news) : undefined;
      if (claimed !== undefined || owned !== undefined) {
        const reason =
          claimed === undefined
            ? ownedByAnother(targetOf(news), owned ?? "")
            : claimedTwice(targetOf(news), [claimed, ownerOf(news)]);
        return {
          inputs: news,
          failures: [{ property: news.namespace === undefined ? "" : "namespace", reason }],
        };
      }
      // a change that only the cluster shows must be an input, or the preview's diff would be empty
      if (gone !== undefined) inputs.restores = gone.sentence;
      else if (olds.restores !== undefined) inputs.restores = olds.restores;
      return { inputs };
    },

    async diff(_id, olds, news) {
      const elsewhere = await isOtherCluster(session, olds, news);
      const moved =
        elsewhere ||
        targetOf(olds) !== targetOf(news) ||
        canonicalJson(injectorOf(olds)) !== canonicalJson(injectorOf(news));
      const relevant = ({ cluster, owner, rollout, restores, selector, priority, ...rest }: Properties) => [
        // new credentials: deletion and refresh run with those of the state
        cluster,
        owner,
        rollout,
        restores,
        selector,
        priority,
        settingGroups.map((group) => rest[group]),
      ];
      const changed = canonicalJson(relevant(olds)) !== canonicalJson(relevant(news));
      const replaces = moved
        ? [
            elsewhere
              ? "cluster"
              : (["namespace", "workload"].find((name) => news[name] !== olds[name]) ?? "injector"),
          ]
        : [];
      const changes =
        moved || changed || containsUnknown(news) || (await isDifferentInCluster(session, olds, news));
      return { changes, replaces, deleteBeforeReplace: false };
    },

    async create(inputs) {
      const live = await look(session, inputs);
      const present = live && layerAt(layersOf(live.data), targetOf(inputs));
      // Pulumi tells nobody that a creation is half of a replacement. What Helm has brought with the chart is this resource's own.
      const mayReplace = live !== undefined && isWrittenByUs(live);
      const owner = mayReplace ? ownerAfter(ownerOf(inputs), present?.owner) : ownerOf(inputs);
      const isOurs = present !== undefined && isSameStack(present.owner, owner);
      history.noteWritten(inputs, isOurs ? podContentOf(present) : {});
      try {
        return { id: layerId(inputs), outs: await bring(session, inputs, owner, [], undefined) };
      } catch (error) {
        if (!(error instanceof UntriedSettings)) throw error;
        // without a resource in the state nobody would ever take out what may be there
        const properties = { ...inputs, ...writtenOwner(inputs, owner), [untriedOutput]: true };
        const { message } = error;
        throw Object.assign(new UntriedSettings(message), {
          id: layerId(inputs),
          properties,
          reasons: [message],
        });
      }
    },

    async update(_id, olds, news) {
      const former = olds[untriedOutput]
        ? undefined
        : { owner: writtenOwnerOf(olds), ...contentOf(readLayerInputs(olds)) };
      history.noteWritten(news, former ? podContentOf(former) : {});
      return { outs: await bring(session, news, wantedOwner(olds, news), [writtenOwnerOf(olds)], former) };
    },

    async read(id, properties) {
      const api = await session.api(accessOf(properties));
      const live = await readOrNothing(api, injectorOf(properties));
      const layer = live && layerAt(layersOf(live.data), targetOf(properties));
      if (!live || !layer || layer.owner !== writtenOwnerOf(properties)) return {};
      const others = Object.fromEntries(
        Object.entries(properties).filter(([key]) => !settingGroups.includes(key)),
      );
      const known = readLayerInputs(properties);
      const sameSelector = canonicalJson(known.picks?.selector) === canonicalJson(layer.picks?.selector);
      const inputs = {
        ...others,
        ...nested(layer.settings),
        ...(layer.picks && !sameSelector ? { selector: asLabelSelector(layer.picks.selector) } : {}),
        ...(layer.picks && properties.priority !== undefined ? { priority: layer.picks.priority } : {}),
        ...(canonicalJson(known.rollout ?? {}) === canonicalJson(layer.rollout ?? {})
          ? {}
          : { rollout: layer.rollout ?? {} }),
      };
      return {
        id,
        props: { ...inputs, ...outcomeOf(live, targetOf(properties)) },
        inputs: withoutOutputs(inputs),
      };
    },

    async delete(_id, properties) {
      const api = await session.api(accessOf(properties));
      const injector = injectorOf(properties);
      // a newer release may refuse what this state says, which must not keep anybody from removing it
      const { problems, ...content } = readLayerInputs(properties);
      history.noteRemoved(properties, { owner: writtenOwnerOf(properties), ...content });
      for (const problem of problems.filter(({ path }) => path.startsWith("rollout")))
        session.report(
          `${targetName(targetOf(properties))}: ${problem.path} is ignored: ${problemSentence(problem)}`,
        );
      try {
        const owners = [writtenOwnerOf(properties)];
        const change = { target: targetOf(properties), layer: undefined, owners };
        await layerQueue(api, injector, session).submit(change, patienceOf(properties));
      } catch (error) {
        if (!(error instanceof OwnershipError || error instanceof NoInjector)) throw error;
        const why =
          error instanceof OwnershipError
            ? `its settings stay, since they are ${error.owner}'s now`
            : `nothing to take out: ${error.message}`;
        session.report(`${targetName(targetOf(properties))}: ${why}`);
        return;
      }
      await afterRemoval(api, injector, properties);
    },
  };
}

async function bring(
  session: Session,
  inputs: Properties,
  owner: string,
  formerOwners: readonly string[],
  former: Layer | undefined,
): Promise<Properties> {
  const api = await session.api(accessOf(inputs));
  const injector = injectorOf(inputs);
  const target = targetOf(inputs);
  const read = readLayerInputs(inputs);
  // a check said so before; a layer with nothing in it may not take the place of one that can't be read
  if (read.problems.length > 0) throw new SettingsError(targetName(target), read.problems);
  // later it would be found by what is written in the namespace itself, with the settings in the injector already
  if (formerOwners.length === 0 && typeof inputs.namespace === "string")
    await requireNamespace(api, inputs.namespace);
  const layer: Layer = { owner, ...contentOf(read) };
  const owners = [owner, ...formerOwners];
  const change = { target, layer, owners, stack: stackOf(owner), ...(former ? { former } : {}) };
  await layerQueue(api, injector, session).submit(change, patienceOf(inputs));
  const outcome = outcomeOf(await cachedInjector(api, injector), target);
  return { ...inputs, ...writtenOwner(inputs, owner), ...outcome };
}

/** Of a misspelt namespace a preview can only warn: the program may be about to create it. */
async function warnOfNamespace(session: Session, inputs: Properties): Promise<void> {
  if (typeof inputs.namespace !== "string" || containsUnknown([inputs.namespace, inputs.cluster])) return;
  try {
    await requireNamespace(await session.api(accessOf(inputs)), inputs.namespace);
  } catch (error) {
    if (error instanceof NoNamespace)
      session.report(`[${inputs.namespace}] ${error.message}: up fails unless this program creates it`);
    else if (!(error instanceof UnreachableError || error instanceof ApiError)) throw error;
  }
}

/** In the state of a layer that was created and never seen to work. */
const untriedOutput = "__untried";
const outputNames = ["stamp", "effective", "sources", "configMap", untriedOutput, writtenOwnerOutput];

/** What the layer leads to, for outputs: the injector's stamp, and each effective value with its source. */
function outcomeOf({ data, metadata }: InjectorConfigMap, target: string): Record<string, unknown> {
  const effective = effectiveAt(data, target);
  return {
    stamp: stampOf(layersAt(layersOf(data), target)) ?? "",
    effective: nested(effectiveValues(effective)),
    sources: Object.fromEntries(Object.entries(effective).map(([path, { source }]) => [path, source])),
    configMap: `${metadata.namespace}/${metadata.name}`,
  };
}

/** The layer that the injector has before this process writes it; undefined where there is none, or nobody can say. */
async function presentLayer(session: Session, inputs: Properties): Promise<Layer | undefined> {
  const live = await look(session, inputs);
  return live && layerAt(layersOf(live.data), targetOf(inputs));
}

/** The owner of the layer that is there, where it is another stack's and not what this resource's state says. */
async function otherStack(session: Session, olds: Properties, news: Properties): Promise<string | undefined> {
  const present = await presentLayer(session, news);
  if (!present || isSameStack(present.owner, ownerOf(news))) return undefined;
  // a stack that was renamed, and resources that were moved between stacks, keep their layers
  return present.owner === writtenOwnerOf(olds) ? undefined : present.owner;
}

/**
 * What happened to a layer that was there after the last `up`; undefined when it still is, or the program wants no more than what
 * is there, or nobody can say. `isLost`: pods still have the settings.
 */
async function describeDrift(
  session: Session,
  olds: Properties,
  before: LayerContent,
  wanted: LayerContent,
): Promise<{ sentence: string; isLost: boolean } | undefined> {
  const live = await look(session, olds);
  if (!live) return undefined;
  const injector = injectorName(injectorOf(olds));
  const layer = layerAt(layersOf(live.data), targetOf(olds));
  if (layer && layer.owner !== writtenOwnerOf(olds)) return undefined;
  if (layer && [before, wanted].some((one) => isSameForPods(one, layer))) return undefined;
  const putBack = whenPutBack(live);
  if (putBack !== undefined) {
    // the time, so that a second failure is not taken for the first one, which the state has already
    const sentence = `put back in ${injector} by a rollout that failed (${putBack}); tried again`;
    return { sentence, isLost: false };
  }
  if (layer) return { sentence: `changed by hand in ${injector}`, isLost: true };
  return { sentence: `lost from ${injector}, which ${lastWriter(live)} rewrote`, isLost: true };
}

async function isDifferentInCluster(session: Session, olds: Properties, news: Properties): Promise<boolean> {
  const live = await look(session, news);
  if (!live) return false;
  const layer = layerAt(layersOf(live.data), targetOf(news));
  if (!layer || layer.owner !== wantedOwner(olds, news) || !isSameContent(layer, readLayerInputs(news)))
    return true;
  // a weaker level changed: outputs, and what is published from them, follow
  return canonicalJson(olds.effective) !== canonicalJson(outcomeOf(live, targetOf(news)).effective);
}

/** The injector as it is, or undefined with a line that says what a preview could not look up. */
async function look(session: Session, properties: Properties): Promise<InjectorConfigMap | undefined> {
  if (containsUnknown([properties.namespace, properties.injector, properties.cluster])) return undefined;
  const injector = injectorOf(properties);
  try {
    return await readOrNothing(await session.api(accessOf(properties)), injector);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!(error instanceof UnreachableError)) throw error;
    session.report(
      `${targetName(targetOf(properties))}: could not look at ${injectorName(injector)}: ${why}`,
    );
    return undefined;
  }
}

async function readOrNothing(api: KubernetesApi, injector: Injector): Promise<InjectorConfigMap | undefined> {
  try {
    return await cachedInjector(api, injector);
  } catch (error) {
    if (error instanceof NoInjector) return undefined;
    throw error;
  }
}

function isSameForPods(one: LayerContent, other: LayerContent): boolean {
  return canonicalJson(podContentOf(one)) === canonicalJson(podContentOf(other));
}

function isSameContent(one: LayerContent, other: LayerContent): boolean {
  return canonicalJson(contentOf(one)) === canonicalJson(contentOf(other));
}

function withoutOutputs(properties: Record<string, unknown>): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !outputNames.includes(key)));
}

function layerId(inputs: Properties): string {
  return `${injectorName(injectorOf(inputs))}/${targetOf(inputs)}`;
}

function accessOf({ cluster }: Properties): ClusterAccess | undefined {
  return cluster as ClusterAccess | undefined;
}
