import { textOf } from "../../data/problem.js";
import { Rollout, rolloutOptionsAmong } from "../../levels/RolloutOptions.js";
import { restartsIn } from "../../rollout/plan/restarts.js";
import { secondsOf } from "../../settings/duration.js";
import type { Pace, PreviewReport, PreviewRestart } from "./PreviewReport.js";
import type { Step } from "./PreviewStep.js";

/** The assumed time per workload, in s: pods may start in seconds or in minutes. */
const typicalSeconds = 60;

/** The restarts of all rollouts, each workload once, and how long they may take. */
export function restartsOf(rollouts: readonly Step[]): Pick<PreviewReport, "restarts" | "unnamed" | "pace"> {
  const restarts = new Map<string, PreviewRestart>();
  const unnamed = { workloads: 0, pods: 0 };
  let pace: Pace | undefined;
  // a namespace's own rollout knows its workloads best; the global one adds the rest
  const ordered = [...rollouts].sort((a, b) => Number(isGlobal(a)) - Number(isGlobal(b)));
  for (const step of ordered) {
    const inputs = step.newState?.inputs;
    // without stale workloads the map is the last rollout's, kept so that there is no diff
    if (!inputs || !(Number(textOf(inputs.__stale)) > 0)) continue;
    const { named, rest } = restartsIn(inputs.restarts);
    const found = named.map(({ name, ...one }) => ({ ...placeOf(name, inputs.namespace), ...one }));
    const fresh = found.filter((one) => !restarts.has(keyOf(one)));
    // each level's rollout shows only its own settings' changes
    for (const one of found) restarts.set(keyOf(one), withReasonOf(restarts.get(keyOf(one)), one));
    // the global rollout's count includes those that namespaces have named
    if (!isGlobal(step)) {
      unnamed.workloads += rest.workloads;
      unnamed.pods += rest.pods;
    } else {
      const known = unnamed.workloads + [...restarts.values()].length - fresh.length;
      unnamed.workloads += Math.max(0, rest.workloads - known);
    }
    const counted = fresh.length + rest.workloads;
    if (counted > 0) pace = added(pace, inputs, counted);
  }
  return { restarts: [...restarts.values()].sort(byName), unnamed, ...(pace ? { pace } : {}) };
}

/** From `Deployment/api` in a namespace's rollout, or `shop/Deployment/api` in the global one. */
function placeOf(name: string, namespace: unknown): Pick<PreviewRestart, "namespace" | "workload"> {
  if (typeof namespace === "string") return { namespace, workload: name };
  const slash = name.indexOf("/");
  return { namespace: name.slice(0, slash), workload: name.slice(slash + 1) };
}

function added(pace: Pace | undefined, inputs: Readonly<Record<string, unknown>>, workloads: number): Pace {
  const read = Rollout.safeParse(rolloutOptionsAmong(inputs));
  const { maxConcurrent, pauseBetween, timeoutPerWorkload, strategy } = read.success
    ? read.data
    : Rollout.parse({});
  const rounds = Math.ceil(workloads / maxConcurrent);
  const pauses = Math.max(0, rounds - 1) * secondsOf(pauseBetween);
  return {
    strategy: pace?.strategy ?? strategy,
    maxConcurrent: Math.max(pace?.maxConcurrent ?? 0, maxConcurrent),
    // rollouts of one program run one after the other
    typical: (pace?.typical ?? 0) + rounds * typicalSeconds + pauses,
    longest: (pace?.longest ?? 0) + rounds * secondsOf(timeoutPerWorkload) + pauses,
  };
}

const countedOnly = /^(\d+) more$/;

function withReasonOf(known: PreviewRestart | undefined, one: PreviewRestart): PreviewRestart {
  if (!known) return one;
  const reasons = [...new Set([known, one].flatMap(({ why }) => why.split(", ")))];
  const named = reasons.filter((reason) => !countedOnly.test(reason));
  const rest = reasons.reduce((sum, reason) => sum + Number(countedOnly.exec(reason)?.[1] ?? 0), 0);
  return { ...known, why: [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", ") };
}

function isGlobal({ newState }: Step): boolean {
  return newState?.inputs?.namespace === undefined;
}

function keyOf({ namespace, workload }: PreviewRestart): string {
  return `${namespace}/${workload}`;
}

function byName(a: PreviewRestart, b: PreviewRestart): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
