import type { PropertyMap } from "./propertyValue";
import type { CustomTimeouts } from "./resourceState";

export interface AliasSpec {
  urn?: string;
  name?: string;
  type?: string;
  stack?: string;
  project?: string;
  parent?: string;
  noParent?: boolean;
}

export interface CallbackAddress {
  target: string;
  token: string;
}

/** A resource as the program wants it to be. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  parent: string | undefined;
  inputs: PropertyMap;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** `<urn>::<id>` of an explicit provider. */
  provider: string | undefined;
  protect: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  hideDiffs: string[];
  additionalSecretOutputs: string[];
  aliases: AliasSpec[];
  deleteBeforeReplace: boolean | undefined;
  retainOnDelete: boolean;
  deletedWith: string | undefined;
  customTimeouts: CustomTimeouts;
}
