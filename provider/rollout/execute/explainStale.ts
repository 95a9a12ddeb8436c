import { fieldManager } from "../../cluster/fieldManager.js";
import { hasTemplate } from "../../cluster/hasTemplate.js";
import { injectingRevision } from "../../cluster/injectingRevision.js";
import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import { type Pod, podIdentity } from "../../cluster/podTemplate.js";
import type { Workload } from "../../cluster/workloads.js";
import { podAsMade } from "../../pod/asControllerMakes/podAsMade.js";
import { stampAnnotation } from "../../pod/podAnnotations.js";
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
  /** Its pods before the restart. */
  before: readonly Pod[];
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
  const known = new Set(before.map(({ metadata }) => podIdentity(metadata)));
  const old = stale.filter((pod) => known.has(podIdentity(pod)));
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
  const behind = (made && (await replicasBehind(namespace, made, due).catch(() => []))) ?? [];
  const revision = pod && injectingRevision(pod);
  const stamp = pod?.annotations?.[stampAnnotation] ?? "no settings";
  const who =
    behind.length > 0
      ? `${behind.join(", ")} still ${behind.length === 1 ? "gives" : "give"} them`
      : `pod ${pod?.name} came from revision ${revision} with ${stamp}, expected ${due ?? "no settings"}: an istiod replica lags, or another webhook changes the sidecar`;
  return { failed: `its new pods have old settings even after a second restart: ${who}`, cause: "other" };
}

/** Who else writes a workload's pod template, for messages: its owner, else the latest other field manager. */
function templateWriter({ ownerReferences = [], managedFields = [] }: ObjectMeta): string {
  const owner = ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0];
  const writers = managedFields
    .filter(({ manager, fieldsV1 }) => manager !== fieldManager && hasTemplate(fieldsV1))
    .sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1));
  const manager = writers[0]?.manager;
  if (owner) return `its owner ${owner.kind}/${owner.name}${manager ? ` (${manager})` : ""}`;
  return manager ? `${manager}, which writes its pod template` : "another writer";
}
