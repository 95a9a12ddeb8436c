import type { DetailedDiff } from "./propertyDiff";
import type { PropertyMap } from "./propertyValue";

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckResult {
  inputs: PropertyMap;
  failures: CheckFailure[];
}

export interface DiffResult {
  changes: "some" | "none" | "unknown";
  replaces: string[];
  deleteBeforeReplace: boolean;
  changedKeys?: string[];
  detailedDiff?: DetailedDiff;
}

export interface CreateResult {
  id: string;
  outputs: PropertyMap;
}

export interface ReadResult extends CreateResult {
  inputs?: PropertyMap;
}

/** A resource that exists already, as a provider sees it: no secret marks. */
export interface ExistingResource {
  urn: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

/** The calls of Pulumi's provider protocol that the engine makes; `timeout` is in seconds, 0 for none. */
export interface ResourceProvider {
  check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<CheckResult>;
  diff(old: ExistingResource, news: PropertyMap, ignoreChanges: string[]): Promise<DiffResult>;
  create(urn: string, inputs: PropertyMap, timeout: number): Promise<CreateResult>;
  update(old: ExistingResource, news: PropertyMap, timeout: number): Promise<PropertyMap>;
  /**
   * Nothing when the resource is gone. An empty id means the same to a refresh; a plain read takes it for found if it
   * comes with outputs, as the CLI does.
   */
  read(resource: ExistingResource): Promise<ReadResult | undefined>;
  delete(resource: ExistingResource, timeout: number): Promise<void>;
  /** What a preview shows as outputs; providers without preview support show the inputs. */
  previewUpdate?(old: ExistingResource, news: PropertyMap): PropertyMap;
}

/** The resource exists, but the operation on it did not finish: state keeps it, and the next run goes on. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";

  constructor(
    message: string,
    readonly id: string,
    readonly outputs: PropertyMap,
    readonly reasons: string[],
    readonly inputs?: PropertyMap,
  ) {
    super(message);
  }
}
