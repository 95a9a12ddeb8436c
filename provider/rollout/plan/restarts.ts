import { count } from "../../data/count.js";
import { grouped } from "../../data/grouped.js";
import { recordOf } from "../../data/isRecord.js";
import { textOf } from "../../data/problem.js";

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
  const reasons = grouped(restarts, ({ why }) => why);
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

/** The restarts of such a map, which may be anything, and how many it only counts. */
export function restartsIn(shown: unknown): {
  named: PlannedRestart[];
  rest: { workloads: number; pods: number };
} {
  const rest = { workloads: 0, pods: 0 };
  const named: PlannedRestart[] = [];
  for (const [why, workloads] of Object.entries(recordOf(shown))) {
    for (const [name, podsText] of Object.entries(recordOf(workloads))) {
      const pods = Number.parseInt(textOf(podsText), 10) || 1;
      const more = countedOnly.exec(name);
      if (more) {
        rest.workloads += Number(more[1]);
        rest.pods += pods;
      } else named.push({ name, pods, why });
    }
  }
  return { named, rest };
}

const countedOnly = new RegExp(`^${andMore} (\\d+) more$`);
