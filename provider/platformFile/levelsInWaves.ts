import { getOwn } from "../data/getOwn.js";
import type { GlobalArguments, NamespaceArguments, WorkloadArguments } from "./levelArguments.js";
import type { PlatformFile } from "./PlatformFile.js";

/** One component that the file asks for. */
export type PlannedLevel =
  | { is: "global"; args: GlobalArguments }
  | { is: "namespace"; name: string; args: NamespaceArguments }
  | { is: "workload"; name: string; args: WorkloadArguments };

/** The name of a level's component. A workload's settings may be called like a namespace. */
export function componentName(level: PlannedLevel): string {
  if (level.is === "global") return "global";
  return level.is === "namespace" ? level.name : `${level.name}-workloads`;
}

/**
 * The components of a file, wave after wave. Without waves all are one, so that their layers are one write. With waves the
 * namespaces that no wave names follow, and the global settings, which reach every namespace, come last. Workloads go with
 * their namespace.
 */
export function levelsInWaves({ global, namespaces, workloads, waves }: PlatformFile): PlannedLevel[][] {
  const named = new Set(waves.flat());
  const level = (name: string): PlannedLevel[] => {
    const args = getOwn(namespaces, name);
    const there = Object.entries(workloads).filter(([, { namespace }]) => namespace === name);
    return [
      ...(args ? [{ is: "namespace", name, args } as const] : []),
      ...there.map(([workload, its]) => ({ is: "workload", name: workload, args: its }) as const),
    ];
  };
  const all = [...Object.keys(namespaces), ...Object.values(workloads).map(({ namespace }) => namespace)];
  const rest = [...new Set(all)].filter((name) => !named.has(name));
  const everywhere: PlannedLevel[] = global ? [{ is: "global", args: global }] : [];
  const inOrder =
    named.size === 0
      ? [[...everywhere, ...rest.flatMap(level)]]
      : [...waves.map((wave) => wave.flatMap(level)), rest.flatMap(level), everywhere];
  return inOrder.filter((wave) => wave.length > 0);
}
