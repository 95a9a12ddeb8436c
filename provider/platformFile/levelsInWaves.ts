import { getOwn } from "../data/getOwn.js";
import type { GlobalArguments, NamespaceArguments, WorkloadArguments } from "./levelArguments.js";
import type { PlatformFile } from "./PlatformFile.js";

/** A component that the file describes. */
export type PlannedLevel =
  | { is: "global"; args: GlobalArguments }
  | { is: "namespace"; name: string; args: NamespaceArguments }
  | { is: "workload"; name: string; args: WorkloadArguments };

/** The name of a level's component. The suffix is needed since workload settings may have the name of a namespace. */
export function componentName(level: PlannedLevel): string {
  if (level.is === "global") return "global";
  return level.is === "namespace" ? level.name : `${level.name}-workloads`;
}

/** The type of a mesh's component, in every language. */
export const meshType = "istio-sidecar:index:SidecarMesh";

/** The name of a level's component below a mesh: two meshes of one program may have namespaces of the same name, in two clusters. */
export function nameInMesh(mesh: string, level: PlannedLevel): string {
  return `${mesh}-${componentName(level)}`;
}

/** How the owner of a level's layer begins after its stack, for a mesh without a parent. */
export function ownerInMesh(mesh: string, level: PlannedLevel): string {
  return `${meshType}/${nameInMesh(mesh, level)}`;
}

/**
 * A file's components, wave by wave. Without `waves`, there is a single one, so that all layers are written at once. Otherwise,
 * namespaces in no wave follow the last wave, and the global settings, which affect every namespace, come at the very end. Workloads
 * are in their namespace's wave.
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
