import type { ServiceError } from "@grpc/grpc-js";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyMap } from "./propertyValue";
import type { ProviderCall, ProviderProcess } from "./providerProcess";
import {
  type CheckResult,
  type CreateResult,
  type DiffResult,
  type ExistingResource,
  PartialFailure,
  type ReadResult,
  type ResourceProvider,
} from "./resourceProvider";
import { urnName, urnType } from "./urn";

/** Pulumi's dynamic provider, through its own process and protocol. */
export class DynamicProvider implements ResourceProvider {
  constructor(private readonly process: ProviderProcess) {}

  async check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<CheckResult> {
    const request = named(new proto.CheckRequest(), urn)
      .setOlds(Struct.fromJavaScript(olds))
      .setNews(Struct.fromJavaScript(news));
    const response = await this.process.call<proto.CheckResponse>((client, done) =>
      client.check(request, done),
    );
    return {
      inputs: toMap(response.getInputs()),
      failures: response
        .getFailuresList()
        .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() })),
    };
  }

  async diff(old: ExistingResource, news: PropertyMap, ignoreChanges: string[]): Promise<DiffResult> {
    const request = named(new proto.DiffRequest(), old.urn)
      .setId(old.id)
      .setOlds(Struct.fromJavaScript(old.outputs))
      .setOldInputs(Struct.fromJavaScript(old.inputs))
      .setNews(Struct.fromJavaScript(news))
      .setIgnorechangesList(ignoreChanges);
    const response = await this.process.call<proto.DiffResponse>((client, done) =>
      client.diff(request, done),
    );
    const changes = response.getChanges();
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    return {
      changes: changes === DIFF_SOME ? "some" : changes === DIFF_NONE ? "none" : "unknown",
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      changedKeys: response.getDiffsList(),
    };
  }

  async create(urn: string, inputs: PropertyMap, timeout: number): Promise<CreateResult> {
    const request = named(new proto.CreateRequest(), urn)
      .setProperties(Struct.fromJavaScript(inputs))
      .setTimeout(timeout);
    const response = await this.mutate<proto.CreateResponse>((client, done) => client.create(request, done));
    const id = response.getId();
    if (id === "") throw new Error("the provider's create returned an empty id");
    return { id, outputs: toMap(response.getProperties()) };
  }

  async update(old: ExistingResource, news: PropertyMap, timeout: number): Promise<PropertyMap> {
    const request = named(new proto.UpdateRequest(), old.urn)
      .setId(old.id)
      .setOlds(Struct.fromJavaScript(old.outputs))
      .setOldInputs(Struct.fromJavaScript(old.inputs))
      .setNews(Struct.fromJavaScript(news))
      .setTimeout(timeout);
    const response = await this.mutate<proto.UpdateResponse>((client, done) => client.update(request, done));
    return toMap(response.getProperties());
  }

  async read(resource: ExistingResource): Promise<ReadResult | undefined> {
    const request = named(new proto.ReadRequest(), resource.urn)
      .setId(resource.id)
      .setInputs(Struct.fromJavaScript(resource.inputs))
      .setProperties(Struct.fromJavaScript(resource.outputs));
    const response = await this.mutate<proto.ReadResponse>((client, done) => client.read(request, done));
    const id = response.getId();
    if (id === "" && !response.hasProperties()) return undefined;
    const outputs = toMap(response.getProperties());
    return response.hasInputs() ? { id, outputs, inputs: toMap(response.getInputs()) } : { id, outputs };
  }

  async delete(resource: ExistingResource, timeout: number): Promise<void> {
    const request = named(new proto.DeleteRequest(), resource.urn)
      .setId(resource.id)
      .setProperties(Struct.fromJavaScript(resource.outputs))
      .setOldInputs(Struct.fromJavaScript(resource.inputs))
      .setTimeout(timeout);
    await this.process.call<Empty>((client, done) => client.delete(request, done));
  }

  private async mutate<T>(call: ProviderCall<T>): Promise<T> {
    try {
      return await this.process.call<T>(call);
    } catch (error) {
      throw partialFailure(error) ?? error;
    }
  }
}

interface Named<T> {
  setUrn(urn: string): T;
  setName(name: string): T;
  setType(type: string): T;
}

function named<T extends Named<T>>(request: T, urn: string): T {
  return request.setUrn(urn).setName(urnName(urn)).setType(urnType(urn));
}

function toMap(struct: Struct | undefined): PropertyMap {
  return (struct?.toJavaScript() ?? {}) as PropertyMap;
}

function partialFailure(error: unknown): PartialFailure | undefined {
  const details = (error as ServiceError).metadata?.get("grpc-status-details-bin")[0];
  if (!(details instanceof Uint8Array)) return undefined;
  for (const any of Status.deserializeBinary(details).getDetailsList()) {
    if (!any.getTypeUrl().endsWith("pulumirpc.ErrorResourceInitFailed")) continue;
    const failure = proto.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
    const inputs = failure.hasInputs() ? toMap(failure.getInputs()) : undefined;
    const message = (error as ServiceError).details;
    return new PartialFailure(
      message,
      failure.getId(),
      toMap(failure.getProperties()),
      failure.getReasonsList(),
      inputs,
    );
  }
  return undefined;
}
