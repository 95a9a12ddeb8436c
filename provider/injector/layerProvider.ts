import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { layersOf } from "../configMap/layersOf.js";
import { canonicalJson } from "../data/canonicalJson.js";
import type { Properties } from "../data/Properties.js";
import { problemSentence, SettingsError } from "../data/problem.js";
import { containsUnknown } from "../data/unknown.js";
import { type Layer, layerAt, targetOf } from "../levels/Layer.js";
import { asLabelSelector } from "../levels/selector.js";
import { nested } from "../settings/canonicalSettings.js";
import { asProperties, settingGroups } from "../settings/settingsInputs.js";
import type { Coordinators } from "./Coordinators.js";
import { describeDrift } from "./describeDrift.js";
import { injectorName, isWrittenByUs } from "./Injector.js";
import { OwnershipError, UntriedSettings } from "./LayerChange.js";
import { layerConflict } from "./layerConflict.js";
import {
  contentOf,
  defaultInjectorTimeout,
  injectorOf,
  injectorTimeoutOf,
  type LayerContent,
  ownerOf,
  podContentOf,
  readLayerInputs,
} from "./layerInputs.js";
import { layerOutcome, outcomeNames } from "./layerOutcome.js";
import {
  isSameStack,
  ownerAfter,
  stackOf,
  wantedOwner,
  writtenOwner,
  writtenOwnerOf,
  writtenOwnerOutput,
} from "./layerOwner.js";
import { lookAtInjector } from "./lookAtInjector.js";
import { NoInjector } from "./NoInjector.js";
import { failuresOf, partialFailure, type ResourceProvider } from "./ResourceProvider.js";
import { replacedBy } from "./replacedBy.js";
import { targetName } from "./targetName.js";
import { warnOfNamespace } from "./warnOfNamespace.js";
import { whyRefused } from "./whyRefused.js";
import { withoutEmptyMaps } from "./withoutEmptyMaps.js";

/**
 * A layer as a Pulumi resource: one level's settings for one target, in the injector's ConfigMap. `afterRemoval` restarts what ran with
 * settings that are gone.
 */
export function layerProvider(
  coordinators: Coordinators,
  afterRemoval: (api: KubernetesApi, properties: Properties) => Promise<void>,
): ResourceProvider {
  const { session } = coordinators;
  return {
    async check(olds, given) {
      const news = withoutEmptyMaps(given);
      const { problems, ...content } = readLayerInputs(news);
      const { settings } = content;
      if (problems.length > 0) {
        return { inputs: news, failures: failuresOf(problems) };
      }
      const before = readLayerInputs(olds);
      const inputs: Record<string, unknown> = {
        ...news,
        ...asProperties(settings, before.settings),
        injectorTimeout: news.injectorTimeout ?? defaultInjectorTimeout,
      };
      const look = () => lookAtInjector(coordinators, news, { refusesTag: true });
      const refused = await whyRefused(look, news, content);
      if (refused !== undefined) return { inputs, failures: [{ property: "injector", reason: refused }] };
      const exists = Object.keys(olds).length > 0;
      const live = exists ? await lookAtInjector(coordinators, olds) : undefined;
      const drift = live && describeDrift(live, olds, before, content);
      if (!exists) await warnOfNamespace(coordinators, news, { isNew: true });
      const conflict = await layerConflict(coordinators, olds, news, content, drift?.isLost ?? false);
      if (conflict !== undefined) {
        const property = news.namespace === undefined ? "" : "namespace";
        return { inputs: news, failures: [{ property, reason: conflict }] };
      }
      // a change that only the cluster shows must be an input, or the preview's diff would be empty
      if (drift !== undefined) inputs.restores = drift.sentence;
      else if (olds.restores !== undefined) inputs.restores = olds.restores;
      return { inputs };
    },

    async diff(_id, olds, news) {
      const replaces = await replacedBy(session, olds, news);
      const relevant = (properties: Properties) => [
        // new credentials: delete and refresh use those in the state
        properties.cluster ?? {},
        properties.rollout ?? {},
        ["owner", "restores", "selector", "priority", ...settingGroups].map((name) => properties[name]),
      ];
      const changed = canonicalJson(relevant(olds)) !== canonicalJson(relevant(news));
      const changes =
        replaces.length > 0 ||
        changed ||
        containsUnknown(news) ||
        (await isDifferentInCluster(coordinators, olds, news));
      return { changes, replaces, deleteBeforeReplace: false };
    },

    async create(inputs) {
      const live = await lookAtInjector(coordinators, inputs);
      const present = live && layerAt(layersOf(live.data), targetOf(inputs));
      // Pulumi doesn't say that a create is part of a replacement. A layer that Helm wrote with the chart is this resource's own.
      const mayReplace = live !== undefined && isWrittenByUs(live);
      const owner = mayReplace ? ownerAfter(ownerOf(inputs), present?.owner) : ownerOf(inputs);
      const isOurs = present !== undefined && isSameStack(present.owner, owner);
      const { history } = await coordinators.of(inputs);
      history.noteWritten(targetOf(inputs), isOurs ? podContentOf(present) : {});
      try {
        return { id: layerId(inputs), outs: await submit(coordinators, inputs, owner, [], undefined) };
      } catch (error) {
        if (!(error instanceof UntriedSettings)) throw error;
        // without a resource in the state, nothing would ever remove what may be there
        const properties = { ...inputs, ...writtenOwner(inputs, owner), [untriedOutput]: true };
        throw partialFailure(new UntriedSettings(error.message), layerId(inputs), properties);
      }
    },

    async update(_id, olds, news) {
      const former = olds[untriedOutput]
        ? undefined
        : { owner: writtenOwnerOf(olds), ...contentOf(readLayerInputs(olds)) };
      const { history } = await coordinators.of(news);
      history.noteWritten(targetOf(news), former ? podContentOf(former) : {});
      const owners = [writtenOwnerOf(olds)];
      return { outs: await submit(coordinators, news, wantedOwner(olds, news), owners, former) };
    },

    async read(id, properties = {}) {
      const coordinator = await coordinators.of(properties);
      const live = await coordinator.read(await coordinators.api(properties));
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
        props: { ...inputs, ...layerOutcome(live, targetOf(properties)) },
        inputs: withoutOutputs(inputs),
      };
    },

    async delete(_id, properties) {
      const api = await coordinators.api(properties);
      const target = targetOf(properties);
      const coordinator = await coordinators.of(properties);
      // a newer release may refuse what is in the state, which must not prevent its removal
      const { problems, ...content } = readLayerInputs(properties);
      coordinator.history.noteRemoved(target, { owner: writtenOwnerOf(properties), ...content });
      for (const problem of problems.filter(({ path }) => path.startsWith("rollout")))
        session.report(`${targetName(target)}: ${problem.path} is ignored: ${problemSentence(problem)}`);
      try {
        const change = { target, layer: undefined, owners: [writtenOwnerOf(properties)] };
        await coordinator.queue.submit(api, change, injectorTimeoutOf(properties));
      } catch (error) {
        if (!(error instanceof OwnershipError || error instanceof NoInjector)) throw error;
        const why =
          error instanceof OwnershipError
            ? `its settings stay, since they are ${error.owner}'s now`
            : `nothing to take out: ${error.message}`;
        session.report(`${targetName(target)}: ${why}`);
        return;
      }
      await afterRemoval(api, properties);
    },
  };
}

async function submit(
  coordinators: Coordinators,
  inputs: Properties,
  owner: string,
  formerOwners: readonly string[],
  former: Layer | undefined,
): Promise<Properties> {
  const api = await coordinators.api(inputs);
  const coordinator = await coordinators.of(inputs);
  const target = targetOf(inputs);
  const read = readLayerInputs(inputs);
  // check said so already; an unreadable layer must not be written as an empty one
  if (read.problems.length > 0) throw new SettingsError(targetName(target), read.problems);
  // otherwise the ConfigMap in the namespace would fail, with the settings already in the injector
  if (formerOwners.length === 0 && typeof inputs.namespace === "string")
    await coordinators.requireLasting(inputs, inputs.namespace);
  const layer: Layer = { owner, ...contentOf(read) };
  const owners = [owner, ...formerOwners];
  const change = { target, layer, owners, stack: stackOf(owner), ...(former ? { former } : {}) };
  await coordinator.queue.submit(api, change, injectorTimeoutOf(inputs));
  const live = await coordinator.read(api);
  return { ...inputs, ...writtenOwner(inputs, owner), ...(live ? layerOutcome(live, target) : {}) };
}

async function isDifferentInCluster(
  coordinators: Coordinators,
  olds: Properties,
  news: Properties,
): Promise<boolean> {
  const live = await lookAtInjector(coordinators, news);
  if (!live) return false;
  const layer = layerAt(layersOf(live.data), targetOf(news));
  if (!layer || layer.owner !== wantedOwner(olds, news) || !isSameContent(layer, readLayerInputs(news)))
    return true;
  // a weaker level changed, and with it the outputs
  return canonicalJson(olds.effective) !== canonicalJson(layerOutcome(live, targetOf(news)).effective);
}

function isSameContent(one: LayerContent, other: LayerContent): boolean {
  return canonicalJson(contentOf(one)) === canonicalJson(contentOf(other));
}

/** In the state of a layer that was written but never verified. */
const untriedOutput = "__untried";
const outputNames: readonly string[] = [...outcomeNames, untriedOutput, writtenOwnerOutput];

function withoutOutputs(properties: Record<string, unknown>): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !outputNames.includes(key)));
}

function layerId(inputs: Properties): string {
  return `${injectorName(injectorOf(inputs))}/${targetOf(inputs)}`;
}
