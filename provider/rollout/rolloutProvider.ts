import { isOtherCluster } from "../cluster/isOtherCluster.js";
import type { ClusterAccess, KubernetesApi } from "../cluster/KubernetesApi.js";
import { UnreachableError } from "../cluster/KubernetesApi.js";
import type { Session } from "../cluster/session.js";
import { withKnownCluster } from "../cluster/withKnownCluster.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { problemSentence } from "../data/problem.js";
import { containsUnknown } from "../data/unknown.js";
import type { FormerLayer, InjectorView, Properties } from "../injector/InjectorView.js";
import { targetOf } from "../levels/Layer.js";
import { parseRollout } from "../levels/parseRollout.js";
import { rolloutOptionNames } from "../levels/RolloutOptions.js";
import { type Ending, failureText, followed, rollBack } from "./execute/ending.js";
import { inTurn } from "./execute/inTurn.js";
import type { RolloutDependencies } from "./execute/RolloutDependencies.js";
import type { RolloutSummary } from "./execute/RolloutSummary.js";
import { type PutBack, rollbackWorkloads } from "./execute/rollbackWorkloads.js";
import { rollUnmanaged } from "./execute/rollUnmanaged.js";
import { runRollout } from "./execute/runRollout.js";
import { type Assessed, assessReached, hasWork } from "./plan/assessReached.js";
import { cappedMap } from "./plan/cappedMap.js";
import { type PlannedRollout, plannedRollout } from "./plan/plannedRollout.js";
import type { Restart } from "./plan/Restart.js";
import { reportCapped } from "./plan/reportCapped.js";
import { withoutTransient } from "./plan/transientReasons.js";

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

export function rolloutProvider(session: Session, injector: InjectorView): RolloutProvider {
  const roll = async (
    id: string,
    inputs: Properties,
    former: FormerLayer | undefined,
  ): Promise<Properties> => {
    const api = await session.api(inputs.cluster as ClusterAccess | undefined);
    const look = () => assessReached(injector, api, inputs, {}, former);
    let putBackBefore = injector.putBacks(inputs).length;
    let assessed = await look();
    // layers on their way have rollouts of their own: with nothing to do here there is nothing to wait for
    if (hasWork(assessed) && !injector.isSettled(api, inputs)) {
      await injector.settled(api, inputs);
      putBackBefore = injector.putBacks(inputs).length;
      assessed = await look();
    }
    const kept = {
      ...visible(inputs),
      [runProperty]: inputs[runProperty],
      ...(former ? { [rolledOutput]: former } : {}),
    };
    const end = ({ summary, text }: Ending): Properties => {
      const outs = { ...kept, summary: cappedSummary(summary) };
      if (text !== undefined) throw partialFailure(id, { ...outs, __provider: inputs.__provider }, text);
      const rolled = injector.noteRolled(inputs);
      return rolled ? { ...outs, [rolledOutput]: rolled } : outs;
    };
    return inTurn(api.server, async () => {
      const dependencies = dependenciesOf(session, injector, api, inputs);
      const back = (putBacks: readonly PutBack[]) =>
        look().then(({ restarts }) => rollbackWorkloads(restarts, putBacks, dependencies));
      if (injector.isPutBack(inputs)) {
        const putBacks = injector.putBacks(inputs);
        return end(followed(await back(putBacks), putBacks));
      }
      // another rollout has put settings back meanwhile
      const isOutdated = injector.putBacks(inputs).length > putBackBefore;
      const summary = await run(isOutdated ? await look() : assessed, dependencies);
      if (isComplete(summary)) return end({ summary });
      if (!summary.rollsBack) return end({ summary, text: failureText(summary) });
      return end(await rollBack(summary, () => injector.putBack(api, inputs), back));
    });
  };

  return {
    async check(olds, given) {
      const news = withKnownCluster(given);
      const { options, problems } = parseRollout(optionsOf(news, (value) => value !== undefined));
      if (problems.length > 0) {
        const failures = problems.map((problem) => ({
          property: problem.path,
          reason: problemSentence(problem),
        }));
        return { inputs: news, failures };
      }
      const inputs: Record<string, unknown> = { ...news, ...options };
      const found = await plan(session, injector, news, formerOf(olds));
      if (typeof found === "object" && "refused" in found)
        return { inputs: news, failures: found.refused.map((reason) => ({ property: "", reason })) };
      const planned = found;
      // nothing to restart: what the last `up` restarted stays, so that there is no diff
      const restarts = planned === "unreachable" ? {} : (planned?.restarts ?? {});
      inputs.restarts = Object.keys(restarts).length > 0 ? restarts : (olds.restarts ?? {});
      const waiting = stillWaiting(planned, olds.waiting as Record<string, string> | undefined);
      if (Object.keys(waiting).length > 0) inputs.waiting = waiting;
      // not known beforehand: look again when the layers are there
      const stale = planned === "unreachable" ? 0 : (planned?.stale ?? 1);
      inputs.__stale = stale;
      inputs[runProperty] = Number(olds[runProperty] ?? 0) + (stale > 0 ? 1 : 0);
      return { inputs };
    },

    async diff(_id, olds, news) {
      const former = formerOf(olds);
      // a rollout of another level may fail before this one has its turn
      if (former) injector.noteFormer(news, former);
      const relevant = (properties: Properties) =>
        canonicalJson([
          properties.cluster,
          properties.restarts,
          properties.waiting,
          ...rolloutOptionNames.map((name) => properties[name]),
        ]);
      const replaces = [
        ...["namespace", "workload"].filter((name) => olds[name] !== news[name]),
        ...(canonicalJson(olds.injector) === canonicalJson(news.injector) ? [] : ["injector"]),
        ...((await isOtherCluster(session, olds, news)) ? ["cluster"] : []),
      ];
      return {
        changes: replaces.length > 0 || isDue(olds, news) || relevant(olds) !== relevant(news),
        replaces,
      };
    },

    async create(inputs) {
      const id = `rollout/${targetOf(inputs)}`;
      injector.noteFormer(inputs, undefined);
      // said where nothing ended yet, too: the state of an earlier release of this package says nothing
      return { id, outs: await roll(id, inputs, {}) };
    },

    async update(id, olds, news) {
      const former = formerOf(olds);
      if (former) injector.noteFormer(news, former);
      return { outs: await roll(id, news, former) };
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
  const summary = await inTurn(api.server, async () =>
    // looked at in its turn: the removal of another layer may have restarted the same workloads
    run(await assessReached(injector, api, properties), dependenciesOf(session, injector, api, properties)),
  );
  if (!isComplete(summary)) throw new Error(failureText(summary));
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

function dependenciesOf(
  session: Session,
  injector: InjectorView,
  api: KubernetesApi,
  properties: Properties,
): RolloutDependencies {
  return {
    ...session,
    api,
    replicasBehind: (namespace, pod, stamp) =>
      injector.replicasBehind(api, properties, namespace, pod, stamp),
  };
}

/** Undefined where it can't be known beforehand, and looking again is worth an update. */
async function plan(
  session: Session,
  injector: InjectorView,
  properties: Properties,
  former: FormerLayer | undefined,
): Promise<PlannedRollout | { refused: readonly string[] } | "unreachable" | undefined> {
  if (containsUnknown([properties.namespace, properties.injector, properties.cluster])) {
    session.report(
      `${String(properties.namespace ?? "all namespaces")}: the cluster is not known before \`up\`, nor which workloads restart`,
    );
    return undefined;
  }
  try {
    const api = await session.api(properties.cluster as ClusterAccess | undefined);
    const { layers, lost } = injector.planned(properties);
    if (lost) {
      session.report(
        `${properties.namespace ?? "all namespaces"}: can't list restarts yet: the missing settings must be restored first (pods that still have them won't restart)`,
      );
      return undefined;
    }
    const { restarts, unmanaged } = await assessReached(
      injector,
      api,
      properties,
      layers,
      former,
      progressOf(session),
    );
    const refused = restarts.flatMap(({ assessment: { namespace, name, verdict } }) =>
      verdict.is === "refused" ? [refusalText(namespace, name, verdict.why)] : [],
    );
    if (refused.length > 0) return { refused };
    tellUnknown(restarts, session.report);
    tellOverruled(restarts, session.report);
    const namespace = properties.namespace === undefined ? undefined : String(properties.namespace);
    const planned = plannedRollout(namespace, restarts, unmanaged, session.now());
    if (planned.count !== undefined) session.report(planned.count);
    reportCapped(
      planned.kept,
      (more) => `${more} more are unmanaged: no restart replaces their pods`,
      session.report,
    );
    return planned;
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    session.report(
      `${properties.namespace ?? "all namespaces"}: could not look up which workloads restart: ${error.message}`,
    );
    return "unreachable";
  }
}

/** How often a long look says how far it is, in ms. */
const toldEvery = 5_000;

function progressOf({ elapsed, report }: Session): (looked: number, all: number) => void {
  let next = elapsed() + toldEvery;
  return (looked, all) => {
    if (elapsed() < next || looked === all) return;
    next = elapsed() + toldEvery;
    report(`looked at the workloads of ${looked} of ${all} namespaces`);
  };
}

function refusalText(namespace: string, name: string, why: string): string {
  return `namespace ${namespace}: with these settings new pods of ${name} would be denied, and without them they are not: ${why}`;
}

/** What a preview says is waiting, which the state keeps as it is said, whatever the `up` finds. */
function stillWaiting(
  planned: PlannedRollout | "unreachable" | undefined,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  if (planned === "unreachable") return before;
  // the update that follows looks for itself: repeated here, what has passed would be a change at the next preview
  return planned ? planned.waiting : withoutTransient(before);
}

/** The server's words of the moment, which inputs leave out since they would differ at each look. */
function tellUnknown(restarts: readonly Restart[], report: (line: string) => void): void {
  const unknown = restarts.flatMap(({ assessment: { namespace, name, verdict } }) =>
    verdict.is === "unknown" ? [`[${namespace}] can't tell whether ${name} restarts: ${verdict.why}`] : [],
  );
  reportCapped(unknown, (more) => `can't tell for ${more} more`, report);
}

function tellOverruled(restarts: readonly Restart[], report: (line: string) => void): void {
  const lines = restarts.flatMap(({ assessment: { namespace, name, overruled } }) =>
    overruled === undefined ? [] : [`[${namespace}] ${name}: ${overruled}`],
  );
  reportCapped(lines, (more) => `settings are overruled on ${more} more`, report);
}

function optionsOf(properties: Properties, which: (value: unknown) => boolean): Properties {
  return Object.fromEntries(
    rolloutOptionNames.filter((name) => which(properties[name])).map((name) => [name, properties[name]]),
  );
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

/** In the rollout's state: the settings of its layer that all pods were last given. Previews do not show such names. */
const rolledOutput = "__rolled";

/** Counts the runs that found something to do: a refresh shows the last one's inputs once more, and is none. */
const runProperty = "__run";

function isDue(olds: Properties, news: Properties): boolean {
  return Number(news.__stale) > 0 && news[runProperty] !== olds[runProperty];
}

function formerOf(olds: Properties): FormerLayer | undefined {
  return olds[rolledOutput] as FormerLayer | undefined;
}

// with an id and properties, Pulumi keeps what happened and updates the resource at the next `up`
function partialFailure(id: string, properties: Properties, text: string): Error {
  return Object.assign(new Error(text), { id, properties, reasons: [text] });
}
