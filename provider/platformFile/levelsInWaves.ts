import type { GlobalArguments, NamespaceArguments } from "./levelArguments.js";
import type { PlatformFile } from "./PlatformFile.js";

/** One component that the file asks for. */
export type PlannedLevel =
  | { is: "global"; args: GlobalArguments }
  | { is: "namespace"; name: string; args: NamespaceArguments };

/**
 * The components of a file, wave after wave. Without waves all are one, so that their layers are one write. With waves the
 * namespaces that no wave names follow, and the global settings, which reach every namespace, come last.
 */
export function levelsInWaves({ global, namespaces, waves }: PlatformFile): PlannedLevel[][] {
  const named = new Set(waves.flat());
  const level = (name: string): PlannedLevel[] => {
    const args = namespaces[name];
    return args ? [{ is: "namespace", name, args }] : [];
  };
  const rest = Object.keys(namespaces).filter((name) => !named.has(name));
  const everywhere: PlannedLevel[] = global ? [{ is: "global", args: global }] : [];
  const inOrder =
    named.size === 0
      ? [[...everywhere, ...rest.flatMap(level)]]
      : [...waves.map((wave) => wave.flatMap(level)), rest.flatMap(level), everywhere];
  return inOrder.filter((wave) => wave.length > 0);
}
