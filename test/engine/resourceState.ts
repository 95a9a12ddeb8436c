import type { PropertyMap } from "./propertyValue";

export interface CustomTimeouts {
  create?: number;
  update?: number;
  delete?: number;
  read?: number;
}

/** One resource as the state file keeps it; the field names are those of `pulumi stack export`. */
export interface ResourceState {
  urn: string;
  type: string;
  custom: boolean;
  /** A replaced resource that still has to be deleted. */
  delete?: boolean;
  id?: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  parent?: string;
  protect?: boolean;
  external?: boolean;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  initErrors?: string[];
  provider?: string;
  additionalSecretOutputs?: string[];
  /** Deleted for a replacement that has not been created yet. */
  pendingReplacement?: boolean;
  customTimeouts?: CustomTimeouts;
  retainOnDelete?: boolean;
  deletedWith?: string;
  created?: string;
  modified?: string;
}

export type OperationKind = "creating" | "updating" | "deleting" | "reading";

export interface PendingOperation {
  resource: ResourceState;
  type: OperationKind;
}

/** The URNs that have to exist for as long as this resource does. */
export function referencedUrns(state: ResourceState): string[] {
  const urns = [...state.dependencies, ...Object.values(state.propertyDependencies).flat()];
  if (state.parent) urns.push(state.parent);
  if (state.deletedWith) urns.push(state.deletedWith);
  if (state.provider) urns.push(providerUrn(state.provider));
  return urns.filter((urn) => urn !== state.urn);
}

/** A provider reference is `<urn>::<id>`. */
export function providerUrn(reference: string): string {
  const end = reference.lastIndexOf("::");
  return end < 0 ? reference : reference.slice(0, end);
}
