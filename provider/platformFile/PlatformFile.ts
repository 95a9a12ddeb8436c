import type { GlobalArguments, NamespaceArguments, WorkloadArguments } from "./levelArguments.js";

/** A validated settings file: the components' arguments, including what the file sets for all of them. */
export interface PlatformFile {
  global?: GlobalArguments;
  namespaces: Readonly<Record<string, NamespaceArguments>>;
  /** Name -> settings for the pods that a selector matches. */
  workloads: Readonly<Record<string, WorkloadArguments>>;
  /** Namespaces that are rolled out one wave after the other; those in no wave follow. */
  waves: readonly (readonly string[])[];
}
