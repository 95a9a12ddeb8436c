import { injectingRevision } from "../../cluster/injectingRevision.js";
import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Workload } from "../../cluster/workloads.js";
import { podAsMade } from "../../pod/asControllerMakes/podAsMade.js";
import { stampAnnotation } from "../../pod/podAnnotations.js";
import { templateWriter } from "../observe/templateWriter.js";
import { keepsRestart } from "../policy/restartAnnotation.js";
import type { Failure } from "./Outcome.js";
import type { RolloutDependencies } from "./RolloutDependencies.js";

/** A workload whose pods are still stale after a restart, before and after it. */
interface StaleAfterRestart {
  namespace: string;
  name: string;
  /** As our patch left it; undefined if pods were evicted. */
  patched: Workload | undefined;
  workload: Workload;
  /** UIDs of all pods before the restart. */
  before: ReadonlySet<string | undefined>;
  stale: readonly ObjectMeta[];
  /** The stamp that new pods should have. */
  due: string | undefined;
}

/** Why pods are stale right after a restart; undefined if they are new pods with old settings, where another try may help. */
export function withoutNewPods({
  name,
  patched,
  workload,
  before,
  stale,
}: StaleAfterRestart): Failure | undefined {
  if (patched && !keepsRestart(workload, patched)) {
    const writer = templateWriter(workload.metadata);
    return {
      failed: `its restart was undone by ${writer}, so its pods keep the old settings: use rollout strategy evict, which leaves its spec alone`,
      cause: "undone",
    };
  }
  const old = stale.filter(({ uid, name: podName }) => before.has(uid ?? podName));
  if (old.length < stale.length) return undefined;
  return {
    failed: `its controller reports the rollout as complete, but did not replace ${old.length} of its pods (${old[0]?.name}): delete them, or use rollout strategy evict for ${name}`,
    cause: "other",
  };
}

/** Why new pods still have old settings: names who injected them. */
export async function withOldSettings(
  { namespace, workload, stale, due }: StaleAfterRestart,
  { replicasBehind }: Pick<RolloutDependencies, "replicasBehind">,
): Promise<Failure> {
  const [pod] = stale;
  const made = pod && podAsMade(workload, { metadata: pod });
  // without the right to ask, only the pod itself gives a hint
  const behind = (made && (await replicasBehind?.(namespace, made, due).catch(() => []))) ?? [];
  const revision = pod && injectingRevision(pod);
  const stamp = pod?.annotations?.[stampAnnotation] ?? "no settings";
  const who =
    behind.length > 0
      ? `${behind.join(", ")} still ${behind.length === 1 ? "gives" : "give"} them`
      : `pod ${pod?.name} came from revision ${revision} with ${stamp}, expected ${due ?? "no settings"}: an istiod replica lags, or another webhook changes the sidecar`;
  return { failed: `its new pods have old settings even after a second restart: ${who}`, cause: "other" };
}
