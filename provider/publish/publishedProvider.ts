import { isOtherCluster } from "../cluster/isOtherCluster.js";
import { hasStatus, isMissingRight, type KubernetesApi, UnreachableError } from "../cluster/KubernetesApi.js";
import { effectiveAt } from "../configMap/effectiveAt.js";
import { canonicalJson, digest } from "../data/canonicalJson.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import type { Coordinators } from "../injector/Coordinators.js";
import { ownerOf } from "../injector/layerInputs.js";
import {
  ownerAfter,
  wantedOwner,
  writtenOwner,
  writtenOwnerOf,
  writtenOwnerOutput,
} from "../injector/layerOwner.js";
import type { ResourceProvider } from "../injector/ResourceProvider.js";
import { requireLastingNamespace } from "../injector/requireNamespace.js";
import { withoutEmptyMaps } from "../injector/withoutEmptyMaps.js";
import { type EffectiveSettings, effectiveValues } from "../levels/effectiveSettings.js";
import { nested } from "../settings/canonicalSettings.js";
import { settingText } from "../settings/settingText.js";
import { publishedName, readPublished, removePublished, writePublished } from "./publishedConfigMap.js";
import { publishedSettings } from "./publishedSettings.js";

/** Publishes a namespace's effective settings to its team in a ConfigMap, as a Pulumi resource. */
export function publishedProvider(coordinators: Coordinators): ResourceProvider {
  const { session } = coordinators;
  const publish = async (inputs: Properties, owner: string, known: boolean): Promise<Properties> => {
    const api = await coordinators.api(inputs);
    // not the program's plan: the injector may have refused some of it
    const coordinator = await coordinators.of(inputs);
    await coordinator.queue.idle();
    const data = await coordinator.data(api);
    const namespace = namespaceOf(inputs);
    const outs = { ...inputs, ...writtenOwner(inputs, owner), configMap: `${namespace}/${publishedName}` };
    if (!data) return outs;
    const effective = effectiveAt(data, namespace);
    try {
      await writePublished(api, namespace, textOf(effective), { known, owner });
    } catch (error) {
      // somebody may have deleted the namespace
      if (hasStatus(error, 404) || hasStatus(error, 403)) await requireLastingNamespace(api, namespace);
      throw error;
    }
    return { ...outs, ...outputsOf(effective) };
  };

  return {
    async check(olds, given) {
      const news = withoutEmptyMaps(given);
      const former = { settings: olds.settings ?? {}, ...(olds.__text ? { __text: olds.__text } : {}) };
      const unseen = { inputs: { ...news, ...former } };
      if (containsUnknown([news.namespace, news.cluster, news.injector])) return unseen;
      try {
        const api = await coordinators.api(news);
        const coordinator = await coordinators.of(news);
        const data = await coordinator.data(api);
        if (!data) return unseen;
        const at = namespaceOf(news);
        const inputs = { ...news, ...outputsOf(effectiveAt(data, at, coordinator.planned.known(at))) };
        // drift that only the cluster shows must become an input, or the preview's diff would be empty
        const restores = (await isLost(api, olds, news)) ? `${publishedName} was deleted` : olds.restores;
        return { inputs: restores === undefined ? inputs : { ...inputs, restores } };
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        coordinators.reportUnreachable("the settings to publish", error);
        return unseen;
      }
    },

    async diff(_id, olds, news) {
      const replaces = [
        ...(namespaceOf(olds) === namespaceOf(news) ? [] : ["namespace"]),
        ...((await isOtherCluster(session, olds, news)) ? ["cluster"] : []),
      ];
      const relevant = ({ settings, restores, cluster = {}, owner, __text }: Properties) =>
        canonicalJson([settings, restores, cluster, owner, __text]);
      const changes = replaces.length > 0 || containsUnknown(news) || relevant(olds) !== relevant(news);
      return { changes, replaces };
    },

    async create(inputs) {
      const present = await readPublished(await coordinators.api(inputs), namespaceOf(inputs));
      const owner = ownerAfter(ownerOf(inputs), present?.owner);
      return { id: `${namespaceOf(inputs)}/${publishedName}`, outs: await publish(inputs, owner, false) };
    },

    async update(_id, olds, news) {
      return { outs: await publish(news, wantedOwner(olds, news), true) };
    },

    async read(id, properties = {}) {
      const published = await readPublished(await coordinators.api(properties), namespaceOf(properties));
      if (!published) return {};
      const { text } = published;
      // text changed by hand will be overwritten: without settings here the preview would show no reason
      const known = digest(text) === properties.__text ? properties : { ...properties, settings: {} };
      const props = { ...known, __text: digest(text) };
      const { configMap: _, [writtenOwnerOutput]: __, ...inputs } = props as Record<string, unknown>;
      return { id, props, inputs };
    },

    async delete(_id, properties) {
      await removePublished(
        await coordinators.api(properties),
        namespaceOf(properties),
        writtenOwnerOf(properties),
      );
    },
  };
}

/** Whether the ConfigMap of the last `up` is gone. Without the right to read it, it is assumed to exist. */
async function isLost(api: KubernetesApi, olds: Properties, news: Properties): Promise<boolean> {
  if (olds.__text === undefined || namespaceOf(olds) !== namespaceOf(news)) return false;
  try {
    return (await readPublished(api, namespaceOf(news))) === undefined;
  } catch (error) {
    if (isMissingRight(error)) return false;
    throw error;
  }
}

function namespaceOf({ namespace }: Properties): string {
  return String(namespace);
}

/** For reviewers, each setting that a level sets, with the level; the rest, 40 lines per namespace, as a digest. */
function outputsOf(effective: EffectiveSettings): { settings: Record<string, string>; __text: string } {
  const managed = Object.entries(effective).filter(([, { source }]) => source !== "installed");
  const settings = managed.map(([path, { value, source }]) => [path, `${settingText(value)} (${source})`]);
  return { settings: Object.fromEntries(settings), __text: digest(textOf(effective)) };
}

function textOf(effective: EffectiveSettings): string {
  const sources = Object.entries(effective).map(([path, { source }]) => [path, source]);
  return publishedSettings(nested(effectiveValues(effective)), Object.fromEntries(sources));
}
