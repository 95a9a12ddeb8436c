import type { ClusterAccess, KubernetesApi, ObjectMeta } from "../cluster/KubernetesApi.js";
import { UnreachableError } from "../cluster/KubernetesApi.js";
import type { Session } from "../cluster/session.js";
import { effectiveValues } from "../levels/effectiveSettings.js";
import {
  globalTarget,
  type InjectorData,
  installedProxy,
  type Layers,
  layerAt,
  layersOf,
} from "../render/compose.js";
import { canonicalJson, effectiveOf, installedSettings, profileOf } from "../render/Profile.js";
import { type Assessment, assessNamespace, injectedPods, type NamespaceSettings } from "./assess.js";
import { inTurn } from "./inTurn.js";
import { Rollout } from "./RolloutOptions.js";
import { namespaceRestarts } from "./restarts.js";
import { type Restart, type RolloutSummary, runRollout } from "./runRollout.js";

export type Properties = Readonly<Record<string, unknown>>;

/** What a rollout knows of the injector, given by the room that reads and writes it. */
export interface InjectorView {
  /** The revision that pods of the injector name. */
  revision(properties: Properties): string;
  data(api: KubernetesApi, properties: Properties): Promise<InjectorData | undefined>;
  /** Settles when no layer of this `up` is on its way into the injector. */
  settled(api: KubernetesApi, properties: Properties): Promise<void>;
  /** The layers that the program plans, which a preview's injector does not have yet; `lost`: some were there and are gone. */
  planned(properties: Properties): { layers: Layers; lost: boolean };
}

export interface RolloutProvider {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures?: { property: string; reason: string }[] }>;
  diff(id: string, olds: Properties, news: Properties): Promise<{ changes: boolean; replaces: string[] }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  read(id: string, properties: Properties): Promise<{ id: string; props: Properties }>;
  delete(id: string, properties: Properties): Promise<void>;
}

const optionNames = Object.keys(Rollout.shape);

export function rolloutProvider(session: Session, injector: InjectorView): RolloutProvider {
  const roll = async (id: string, inputs: Properties): Promise<Properties> => {
    const api = await session.api(inputs.cluster as ClusterAccess | undefined);
    await injector.settled(api, inputs);
    const assessed = await assess(api, injector, inputs);
    const summary = await inTurn(api.server, () =>
      runRollout(assessed, rolloutOf(inputs), { ...session, api }),
    );
    const outs = { ...visible(inputs), summary };
    if (Object.keys(summary.failed).length > 0)
      throw partialFailure(id, { ...outs, __provider: inputs.__provider }, summary);
    return outs;
  };

  return {
    async check(olds, news) {
      const read = Rollout.safeParse(
        Object.fromEntries(
          optionNames.filter((name) => news[name] !== undefined).map((name) => [name, news[name]]),
        ),
      );
      if (!read.success) {
        return {
          inputs: news,
          failures: read.error.issues.map((issue) => ({
            property: `rollout.${issue.path.join(".")}`,
            reason: issue.message,
          })),
        };
      }
      const inputs: Record<string, unknown> = { ...news, ...read.data };
      const planned = await plannedRestarts(session, injector, news);
      // nothing to restart: what the last `up` restarted stays, so that there is no diff
      inputs.restarts = planned && planned.stale > 0 ? planned.restarts : (olds.restarts ?? {});
      // not known beforehand: look again when the layers are there
      inputs.__stale = planned?.stale ?? 1;
      return { inputs };
    },

    async diff(_id, olds, news) {
      const relevant = (properties: Properties) =>
        canonicalJson([properties.restarts, ...optionNames.map((name) => properties[name])]);
      const moved =
        olds.namespace !== news.namespace || canonicalJson(olds.injector) !== canonicalJson(news.injector);
      return {
        changes: moved || Number(news.__stale) > 0 || relevant(olds) !== relevant(news),
        replaces: moved ? ["namespace"] : [],
      };
    },

    async create(inputs) {
      const id = `rollout/${inputs.namespace ?? globalTarget}`;
      return { id, outs: await roll(id, inputs) };
    },

    async update(id, _olds, news) {
      return { outs: await roll(id, news) };
    },

    async read(id, properties) {
      return { id, props: properties };
    },

    // the layer goes after this resource, and restarts what ran with it
    async delete() {},
  };
}

/** Restarts what ran with a layer that is gone; throws when something could not be restarted. */
export async function rollAfterRemoval(
  session: Session,
  injector: InjectorView,
  api: KubernetesApi,
  properties: Properties,
): Promise<void> {
  const rollout = Rollout.parse(properties.rollout ?? {});
  const summary = await runRollout(await assess(api, injector, properties), rollout, { ...session, api });
  if (Object.keys(summary.failed).length > 0) throw new Error(failureText(summary));
}

async function plannedRestarts(
  session: Session,
  injector: InjectorView,
  properties: Properties,
): Promise<{ restarts: Properties; stale: number } | undefined> {
  if (properties.strategy === "none") return { restarts: {}, stale: 0 };
  try {
    const api = await session.api(properties.cluster as ClusterAccess | undefined);
    const { layers, lost } = injector.planned(properties);
    if (lost) {
      session.report(
        `${properties.namespace ?? "all namespaces"}: which workloads restart shows once the lost layers are back; pods that still have the settings do not`,
      );
      return undefined;
    }
    const assessments = (await assess(api, injector, properties, layers)).map(({ assessment }) => assessment);
    const stale = assessments.filter(({ verdict }) => verdict.is === "stale").length;
    if (properties.namespace !== undefined) return { restarts: namespaceRestarts(assessments), stale };
    return { restarts: byNamespace(assessments), stale };
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    session.report(
      `${properties.namespace ?? "all namespaces"}: could not look up which workloads restart: ${error.message}`,
    );
    return { restarts: {}, stale: 0 };
  }
}

function byNamespace(assessments: readonly Assessment[]): Properties {
  const namespaces = [...new Set(assessments.map(({ namespace }) => namespace))].sort();
  return Object.fromEntries(
    namespaces
      .map(
        (namespace) =>
          [namespace, namespaceRestarts(assessments.filter((one) => one.namespace === namespace))] as const,
      )
      .filter(([, restarts]) => Object.keys(restarts).length > 0),
  );
}

/** Every workload that the resource's settings reach, against what the injector gives now, or will give once it has the plan. */
async function assess(
  api: KubernetesApi,
  injector: InjectorView,
  properties: Properties,
  planned: Layers = {},
): Promise<Restart[]> {
  const data = await injector.data(api, properties);
  if (!data) return [];
  const pods = await injectedPods(
    api,
    properties.namespace === undefined ? undefined : String(properties.namespace),
  );
  // a namespace whose own layer this program plans has a rollout of its own
  const elsewhere = properties.namespace === undefined ? injector.planned(properties).layers : {};
  const restarts: Restart[] = [];
  for (const [namespace, metadata] of [...pods].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (Object.hasOwn(elsewhere, namespace)) continue;
    const settings = settingsThere(data, planned, namespace, injector.revision(properties));
    const assessments = await assessNamespace(api, namespace, metadata as ObjectMeta[], settings);
    restarts.push(...assessments.map((assessment) => ({ assessment, settings })));
  }
  return restarts;
}

function settingsThere(
  data: InjectorData,
  planned: Layers,
  namespace: string,
  revision: string,
): NamespaceSettings {
  const current = layersOf(data);
  const [before, after] = [
    merged(data, current, namespace),
    merged(data, { ...current, ...planned }, namespace),
  ];
  const changes = canonicalJson(before.values) !== canonicalJson(after.values);
  return {
    revision,
    stamp: after.stamp,
    planned: changes ? { before: before.values, after: after.values } : undefined,
  };
}

function merged(data: InjectorData, layers: Layers, namespace: string) {
  const installedProxyValues = installedProxy(data);
  const [global, own] = [layers[globalTarget]?.settings, layerAt(layers, namespace)?.settings];
  const sources = {
    installed: installedSettings(installedProxyValues),
    installedProxy: installedProxyValues,
    ...(global ? { global } : {}),
    ...(own ? { namespace: own } : {}),
  };
  return {
    values: effectiveValues(effectiveOf(sources)),
    stamp: global || own ? profileOf(sources).stamp : undefined,
  };
}

function rolloutOf(properties: Properties): Rollout {
  return Rollout.parse(Object.fromEntries(optionNames.map((name) => [name, properties[name]])));
}

function visible(properties: Properties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));
}

function failureText({ failed, notStarted, restarted }: RolloutSummary): string {
  const lines = Object.entries(failed).map(([name, why]) => `✖ ${name}: ${why}`);
  const rest = notStarted > 0 ? `; ${notStarted} not started` : "";
  return `${lines.length} of the restarts failed, ${restarted} done${rest}; run pulumi up again to go on.\n${lines.join("\n")}`;
}

// with an id and properties, Pulumi keeps what happened and updates the resource at the next `up`
function partialFailure(id: string, properties: Properties, summary: RolloutSummary): Error {
  return Object.assign(new Error(failureText(summary)), { id, properties, reasons: [failureText(summary)] });
}
