import { count } from "../../data/count.js";

/** Pods to be replaced, by workload, and why. */
export interface PlannedRestart {
  /** `Deployment/api`, or `shop/Deployment/api`. */
  name: string;
  pods: number;
  why: string;
}

/** Why -> workload -> `3 pods`: what a preview shows. */
export type RestartsByReason = Record<string, Record<string, string>>;

/** How many workloads per reason are named, and how many reasons; the others are counted. */
const mostNamed = 20;

// Pulumi sorts what it prints by name: this comes last
const andMore = "… and";

/** Groups restarts by reason, the one that most workloads share first, so that a large mesh stays readable. */
export function restartsByReason(restarts: readonly PlannedRestart[]): RestartsByReason {
  const reasons = new Map<string, PlannedRestart[]>();
  for (const restart of restarts) {
    const known = reasons.get(restart.why);
    if (known) known.push(restart);
    else reasons.set(restart.why, [restart]);
  }
  const ordered = [...reasons].sort(([a, of], [b, others]) => others.length - of.length || (a < b ? -1 : 1));
  const rest = ordered.slice(mostNamed);
  return Object.fromEntries([
    ...ordered.slice(0, mostNamed).map(([why, all]) => [why, named(all)] as const),
    ...(rest.length > 0
      ? [[`${andMore} ${rest.length} more reasons`, counted(rest.flatMap(([, all]) => all))] as const]
      : []),
  ]);
}

function named(all: readonly PlannedRestart[]): Record<string, string> {
  const sorted = [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rest = sorted.slice(mostNamed);
  return {
    ...Object.fromEntries(sorted.slice(0, mostNamed).map(({ name, pods }) => [name, count(pods, "pod")])),
    ...(rest.length > 0 ? counted(rest) : {}),
  };
}

function counted(rest: readonly PlannedRestart[]): Record<string, string> {
  return {
    [`${andMore} ${rest.length} more`]: count(
      rest.reduce((sum, { pods }) => sum + pods, 0),
      "pod",
    ),
  };
}
