import type { GlobalArguments, NamespaceArguments } from "./levelArguments.js";

/** What a settings file says, checked: the arguments of the components, with what the file says once for all of them. */
export interface PlatformFile {
  global?: GlobalArguments;
  namespaces: Readonly<Record<string, NamespaceArguments>>;
  /** Namespaces that follow each other, each wave by name; those in no wave come after the last. */
  waves: readonly (readonly string[])[];
}
