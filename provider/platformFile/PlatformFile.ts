import type { GlobalArguments, NamespaceArguments, WorkloadArguments } from "./levelArguments.js";

/** What a settings file says, checked: the arguments of the components, with what the file says once for all of them. */
export interface PlatformFile {
  global?: GlobalArguments;
  namespaces: Readonly<Record<string, NamespaceArguments>>;
  /** Name -> settings of the pods that a selector picks. */
  workloads: Readonly<Record<string, WorkloadArguments>>;
  /** Namespaces that follow each other, each wave by name; those in no wave come after the last. */
  waves: readonly (readonly string[])[];
}
