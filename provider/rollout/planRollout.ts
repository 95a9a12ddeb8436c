import { UnreachableError } from "../cluster/KubernetesApi.js";
import type { Session } from "../cluster/session.js";
import { hasOwnStamps } from "../configMap/isAsWritten.js";
import { count } from "../data/count.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown, isUnknown } from "../data/unknown.js";
import type { Coordinators } from "../injector/Coordinators.js";
import { revisionOf } from "../injector/Injector.js";
import { targetName } from "../injector/targetName.js";
import { warnOfNamespace } from "../injector/warnOfNamespace.js";
import { namespaceOf, targetOf } from "../levels/Layer.js";
import { assessReached } from "./plan/assessReached.js";
import { type PlannedRollout, plannedRollout } from "./plan/plannedRollout.js";
import type { Restart } from "./plan/Restart.js";
import { reportCapped } from "./plan/reportCapped.js";
import { withoutTransient } from "./plan/transientReasons.js";

/** What the inputs of a rollout show in a preview. */
type ShownRollout = Pick<PlannedRollout, "restarts" | "waiting" | "stale">;

/** Plans a level's rollout for a preview. `olds`: the inputs in the state; empty for a new rollout. */
export async function planRollout(
  coordinators: Coordinators,
  olds: Properties,
  properties: Properties,
): Promise<ShownRollout | { refused: readonly string[] }> {
  const { session } = coordinators;
  const waitedBefore = (olds.waiting ?? {}) as Readonly<Record<string, string>>;
  /** The update assesses for itself: a transient reason kept here would be a change at the next preview. */
  const notYet = (why: string): ShownRollout => {
    session.report(why);
    return { restarts: {}, waiting: withoutTransient(waitedBefore), stale: 1 };
  };
  if (isUnknown(properties.namespace))
    return notYet("a namespace is not known before `up`, nor which of its workloads restart");
  const where = String(properties.namespace ?? "all namespaces");
  if (containsUnknown([properties.injector, properties.cluster]))
    return notYet(`${where}: the cluster is not known before \`up\`, nor which workloads restart`);
  try {
    const api = await coordinators.api(properties);
    const coordinator = await coordinators.of(properties);
    if (coordinator.planned.lost)
      return notYet(
        `${where}: can't list restarts yet: the missing settings must be restored first (pods that still have them won't restart)`,
      );
    const live = await coordinator.data(api);
    if (live && !hasOwnStamps(live))
      return notYet(
        `${where}: can't list restarts yet: what another release of this package wrote must be written again first (pods whose sidecar stays the same won't restart)`,
      );
    const target = targetOf(properties);
    const { restarts, unmanaged, otherRevisions } = await assessReached(coordinator, api, target, {
      planned: coordinator.planned.known(namespaceOf(target)),
      onProgress: progressOf(session),
    });
    const refused = restarts.flatMap(({ assessment: { namespace, name, verdict } }) =>
      verdict.is === "refused" ? [refusalText(namespace, name, verdict.why)] : [],
    );
    if (refused.length > 0) return { refused };
    const isNew = Object.keys(olds).length === 0;
    // of a new level's namespace, its layer has warned
    if (!isNew && restarts.length + unmanaged.length === 0)
      await warnOfNamespace(coordinators, properties, { isNew: false });
    if (otherRevisions)
      session.report(
        `${targetName(target)}: its pods come from revision ${otherRevisions.join(" and ")}, not ${revisionOf(coordinator.injector)}: name it as injector.revision, unless they move to this one`,
      );
    reportUnknown(restarts, session.report);
    reportOverruled(restarts, session.report);
    const namespace = properties.namespace === undefined ? undefined : String(properties.namespace);
    if (namespace === undefined && isNew)
      session.report(reachText(restarts.map(({ assessment }) => assessment)));
    const planned = plannedRollout(namespace, restarts, unmanaged, session.now());
    if (planned.count !== undefined) session.report(`${targetName(target)}: ${planned.count}`);
    reportCapped(
      planned.kept,
      (more) => `${more} more are unmanaged: no restart replaces their pods`,
      session.report,
    );
    return planned;
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    coordinators.reportUnreachable("which workloads restart", error);
    return { restarts: {}, waiting: waitedBefore, stale: 0 };
  }
}

/** Before the first `up` of global settings, the only level that reaches namespaces which didn't ask for settings. */
function reachText(reached: readonly { namespace: string }[]): string {
  const namespaces = new Set(reached.map(({ namespace }) => namespace)).size;
  return `global settings reach every namespace that Istio injects into: ${count(reached.length, "workload")} with sidecars in ${count(namespaces, "namespace")} now`;
}

/** How often a long assessment reports its progress, in ms. */
const progressEvery = 5_000;

function progressOf({ elapsed, report }: Session): (checked: number, all: number) => void {
  let next = elapsed() + progressEvery;
  return (checked, all) => {
    if (elapsed() < next || checked === all) return;
    next = elapsed() + progressEvery;
    report(`checked the workloads of ${checked} of ${all} namespaces`);
  };
}

function refusalText(namespace: string, name: string, why: string): string {
  return `namespace ${namespace}: with these settings new pods of ${name} would be denied, and without them they are not: ${why}`;
}

/** The server's own messages, which inputs leave out since they differ each time. */
function reportUnknown(restarts: readonly Restart[], report: (line: string) => void): void {
  const unknown = restarts.flatMap(({ assessment: { namespace, name, verdict } }) =>
    verdict.is === "unknown" ? [`[${namespace}] can't tell whether ${name} restarts: ${verdict.why}`] : [],
  );
  reportCapped(unknown, (more) => `can't tell for ${more} more`, report);
}

function reportOverruled(restarts: readonly Restart[], report: (line: string) => void): void {
  const lines = restarts.flatMap(({ assessment: { namespace, name, overruled } }) =>
    overruled === undefined ? [] : [`[${namespace}] ${name}: ${overruled}`],
  );
  reportCapped(lines, (more) => `settings are overruled on ${more} more`, report);
}
