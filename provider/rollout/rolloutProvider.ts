import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Session } from "../cluster/session.js";
import { canonicalJson } from "../data/canonicalJson.js";
import type { Properties } from "../data/Properties.js";
import type { Coordinator } from "../injector/Coordinator.js";
import type { Coordinators } from "../injector/Coordinators.js";
import type { FormerLayer } from "../injector/LayerHistory.js";
import { podContentOf } from "../injector/layerInputs.js";
import { failuresOf, partialFailure, type ResourceProvider } from "../injector/ResourceProvider.js";
import { replacedBy } from "../injector/replacedBy.js";
import type { Rollback } from "../injector/rollbackLayers.js";
import { withoutEmptyMaps } from "../injector/withoutEmptyMaps.js";
import { targetOf } from "../levels/Layer.js";
import { parseRollout } from "../levels/parseRollout.js";
import { rolloutOptionsAmong } from "../levels/RolloutOptions.js";
import { type Ending, failureText, followed, rollBack } from "./execute/ending.js";
import type { RolloutDependencies } from "./execute/RolloutDependencies.js";
import type { RolloutSummary } from "./execute/RolloutSummary.js";
import { rollbackWorkloads } from "./execute/rollbackWorkloads.js";
import { rollUnmanaged } from "./execute/rollUnmanaged.js";
import { runRollout } from "./execute/runRollout.js";
import { type Assessed, assessReached, hasWork } from "./plan/assessReached.js";
import { cappedMap } from "./plan/cappedMap.js";
import { planRollout } from "./planRollout.js";

/** Restarts the workloads that a level's settings reach, as a Pulumi resource. */
export function rolloutProvider(coordinators: Coordinators): ResourceProvider {
  const { session } = coordinators;
  const roll = async (
    id: string,
    inputs: Properties,
    former: FormerLayer | undefined,
  ): Promise<Properties> => {
    const api = await coordinators.api(inputs);
    const coordinator = await coordinators.of(inputs);
    const target = targetOf(inputs);
    const assess = () => assessReached(coordinator, api, target, { former });
    let rolledBackBefore = coordinator.rollbacks.length;
    let assessed = await assess();
    // layers still being written have rollouts of their own: with nothing to do here there is nothing to wait for
    if (hasWork(assessed) && coordinator.queue.isBusy) {
      await coordinator.queue.idle();
      rolledBackBefore = coordinator.rollbacks.length;
      assessed = await assess();
    }
    const kept = {
      ...visible(inputs),
      [runProperty]: inputs[runProperty],
      ...(former ? { [rolledOutput]: former } : {}),
    };
    const end = ({ summary, text }: Ending): Properties => {
      const outs = { ...kept, summary: cappedSummary(summary) };
      if (text !== undefined)
        throw partialFailure(new Error(text), id, { ...outs, __provider: inputs.__provider });
      const rolled = noteRolled(coordinator, target);
      return rolled ? { ...outs, [rolledOutput]: rolled } : outs;
    };
    return coordinator.inTurn(api, async () => {
      const dependencies = dependenciesOf(session, coordinator, api);
      const back = (rollbacks: readonly Pick<Rollback, "stampBefore">[]) =>
        assess().then(({ restarts }) => rollbackWorkloads(restarts, rollbacks, dependencies));
      const { rollbacks } = coordinator;
      if (coordinator.isRolledBack(target)) return end(followed(await back(rollbacks), rollbacks));
      // another rollout has rolled back settings in the meantime
      const isOutdated = rollbacks.length > rolledBackBefore;
      const summary = await run(isOutdated ? await assess() : assessed, dependencies);
      if (isComplete(summary)) return end({ summary });
      if (!summary.rollsBack) return end({ summary, text: failureText(summary) });
      return end(await rollBack(summary, () => coordinator.rollBack(api, target), back));
    });
  };

  /** Notes the layer of the last successful rollout, which the state has. */
  const noteFormer = async (olds: Properties, news: Properties): Promise<FormerLayer | undefined> => {
    const former = olds[rolledOutput] as FormerLayer | undefined;
    if (former) (await coordinators.of(news)).history.noteRolled(targetOf(news), former);
    return former;
  };

  return {
    async check(olds, given) {
      const news = withoutEmptyMaps(given);
      const { value: options, problems } = parseRollout(rolloutOptionsAmong(news));
      if (problems.length > 0) {
        return { inputs: news, failures: failuresOf(problems) };
      }
      const planned = await planRollout(coordinators, olds, news);
      if ("refused" in planned)
        return { inputs: news, failures: planned.refused.map((reason) => ({ property: "", reason })) };
      const { restarts, waiting, stale } = planned;
      const inputs: Record<string, unknown> = {
        ...news,
        ...options,
        ...(Object.keys(waiting).length > 0 ? { waiting } : {}),
        __stale: stale,
        [runProperty]: Number(olds[runProperty] ?? 0) + (stale > 0 ? 1 : 0),
      };
      // what the last `up` restarted stays if nothing else changes, or removing it would be a diff; in any other it would pass for planned
      const isKept =
        Object.keys(restarts).length === 0 && stale === 0 && optionsText(olds) === optionsText(inputs);
      return { inputs: { ...inputs, restarts: isKept ? (olds.restarts ?? {}) : restarts } };
    },

    async diff(_id, olds, news) {
      // a rollout of another level may fail before this one's turn, and needs it for the rollback
      await noteFormer(olds, news);
      const relevant = (properties: Properties) =>
        canonicalJson([properties.restarts]) + optionsText(properties);
      const replaces = await replacedBy(session, olds, news);
      return {
        changes: replaces.length > 0 || isDue(olds, news) || relevant(olds) !== relevant(news),
        replaces,
      };
    },

    async create(inputs) {
      const id = `rollout/${targetOf(inputs)}`;
      (await coordinators.of(inputs)).history.noteNeverRolled(targetOf(inputs));
      // noted even if no rollout succeeded: the state of an earlier release doesn't show that
      return { id, outs: await roll(id, inputs, {}) };
    },

    async update(id, olds, news) {
      return { outs: await roll(id, news, await noteFormer(olds, news)) };
    },

    async read(id, properties = {}) {
      return { id, props: properties };
    },

    // the layer is removed after this resource, and restarts its workloads
    async delete() {},
  };
}

/** Restarts the workloads that had a removed layer; throws if one could not be restarted. */
export async function rollAfterRemoval(
  coordinators: Coordinators,
  api: KubernetesApi,
  properties: Properties,
): Promise<void> {
  const coordinator = await coordinators.of(properties);
  const summary = await coordinator.inTurn(api, async () =>
    // assessed only now: the removal of another layer may have restarted the same workloads
    run(
      await assessReached(coordinator, api, targetOf(properties)),
      dependenciesOf(coordinators.session, coordinator, api),
    ),
  );
  if (!isComplete(summary)) throw new Error(failureText(summary));
}

/** Notes that all pods have the target's layer now; returns what the rollout's state keeps of it. */
function noteRolled({ planned, history }: Coordinator, target: string): FormerLayer | undefined {
  const layer = planned.all.get(target);
  if (!layer) return undefined;
  history.noteRolled(target, podContentOf(layer));
  return podContentOf(layer);
}

function isComplete({ failed, cancelled }: RolloutSummary): boolean {
  return Object.keys(failed).length === 0 && !cancelled;
}

async function run(
  { restarts, unmanaged }: Assessed,
  dependencies: RolloutDependencies,
): Promise<RolloutSummary> {
  return rollUnmanaged(unmanaged, await runRollout(restarts, dependencies), dependencies);
}

function dependenciesOf(session: Session, coordinator: Coordinator, api: KubernetesApi): RolloutDependencies {
  return {
    ...session,
    api,
    replicasBehind: (namespace, pod, stamp) => coordinator.replicasBehind(api, namespace, pod, stamp),
  };
}

/** What makes a change of a rollout an update, besides restarts. */
function optionsText(properties: Properties): string {
  return canonicalJson([properties.cluster ?? {}, properties.waiting, rolloutOptionsAmong(properties)]);
}

function cappedSummary({
  unmanaged,
  overruled,
  rollsBack: _,
  cancelled: __,
  ...summary
}: RolloutSummary): RolloutSummary {
  return {
    ...summary,
    waiting: cappedMap(summary.waiting),
    failed: cappedMap(summary.failed),
    ...(overruled ? { overruled: cappedMap(overruled) } : {}),
    ...(unmanaged ? { unmanaged: cappedMap(unmanaged) } : {}),
  };
}

function visible(properties: Properties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith("__")));
}

/** State key for the layer that all pods were last given. Previews don't show such names. */
const rolledOutput = "__rolled";

/** Counts runs with something to do: a refresh shows the last run's inputs again, and must not count as one. */
const runProperty = "__run";

function isDue(olds: Properties, news: Properties): boolean {
  return Number(news.__stale) > 0 && news[runProperty] !== olds[runProperty];
}
