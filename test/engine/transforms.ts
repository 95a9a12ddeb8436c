import { credentials } from "@grpc/grpc-js";
import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import {
  RegisterResourceRequest,
  TransformRequest,
  TransformResourceOptions,
  TransformResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { AliasSpec, CallbackAddress, Goal } from "./goal";
import { structToMap, toAliasSpec, toCustomTimeouts } from "./programMessages";

/** Calls the program's transform functions: a resource's own, then its ancestors', then the stack's. */
export class Transforms {
  private readonly stack: CallbackAddress[] = [];
  private readonly byUrn = new Map<string, CallbackAddress[]>();
  private readonly clients = new Map<string, CallbacksClient>();

  addForStack(callback: CallbackAddress): void {
    this.stack.push(callback);
  }

  /** Remembers the transforms that children of `urn` inherit. */
  remember(urn: string, own: CallbackAddress[], parent: string | undefined): void {
    this.byUrn.set(urn, [...own, ...((parent && this.byUrn.get(parent)) || [])]);
  }

  async apply(goal: Goal, own: CallbackAddress[]): Promise<Goal> {
    const inherited = (goal.parent && this.byUrn.get(goal.parent)) || [];
    let current = goal;
    for (const callback of [...own, ...inherited, ...this.stack])
      current = await this.call(callback, current);
    return current;
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }

  private async call(callback: CallbackAddress, goal: Goal): Promise<Goal> {
    const request = new CallbackInvokeRequest();
    request.setToken(callback.token);
    request.setRequest(toRequest(goal).serializeBinary());
    const client = this.client(callback.target);
    const bytes = await new Promise<Uint8Array>((resolve, reject) => {
      client.invoke(request, (error, response) =>
        error ? reject(error) : resolve(response.getResponse_asU8()),
      );
    });
    return merge(goal, TransformResponse.deserializeBinary(bytes));
  }

  private client(target: string): CallbacksClient {
    let client = this.clients.get(target);
    if (!client) {
      client = new CallbacksClient(target, credentials.createInsecure());
      this.clients.set(target, client);
    }
    return client;
  }
}

function toRequest(goal: Goal): TransformRequest {
  const options = new TransformResourceOptions()
    .setDependsOnList(goal.dependencies)
    .setProtect(goal.protect)
    .setIgnoreChangesList(goal.ignoreChanges)
    .setReplaceOnChangesList(goal.replaceOnChanges)
    .setAliasesList(goal.aliases.map(fromAliasSpec))
    .setProvider(goal.provider ?? "")
    .setCustomTimeouts(fromCustomTimeouts(goal))
    .setRetainOnDelete(goal.retainOnDelete)
    .setDeletedWith(goal.deletedWith ?? "")
    .setAdditionalSecretOutputsList(goal.additionalSecretOutputs)
    .setHideDiffList(goal.hideDiffs);
  if (goal.deleteBeforeReplace !== undefined) options.setDeleteBeforeReplace(goal.deleteBeforeReplace);
  return new TransformRequest()
    .setType(goal.type)
    .setName(goal.name)
    .setCustom(goal.custom)
    .setParent(goal.parent ?? "")
    .setProperties(Struct.fromJavaScript(goal.inputs))
    .setOptions(options);
}

function merge(goal: Goal, response: TransformResponse): Goal {
  const inputs = response.hasProperties() ? structToMap(response.getProperties()) : goal.inputs;
  const options = response.getOptions();
  if (!options) return { ...goal, inputs };
  return {
    ...goal,
    inputs,
    dependencies: options.getDependsOnList(),
    protect: options.getProtect() ?? goal.protect,
    ignoreChanges: options.getIgnoreChangesList(),
    replaceOnChanges: options.getReplaceOnChangesList(),
    aliases: options.getAliasesList().map(toAliasSpec),
    provider: options.getProvider() || undefined,
    customTimeouts: toCustomTimeouts(options.getCustomTimeouts()),
    retainOnDelete: options.getRetainOnDelete() ?? goal.retainOnDelete,
    deletedWith: options.getDeletedWith() || undefined,
    deleteBeforeReplace: options.hasDeleteBeforeReplace()
      ? options.getDeleteBeforeReplace()
      : goal.deleteBeforeReplace,
    additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
    // The SDK leaves this one out of its answer.
    hideDiffs: goal.hideDiffs,
  };
}

function fromAliasSpec(alias: AliasSpec): Alias {
  if (alias.urn) return new Alias().setUrn(alias.urn);
  const spec = new Alias.Spec()
    .setName(alias.name ?? "")
    .setType(alias.type ?? "")
    .setStack(alias.stack ?? "")
    .setProject(alias.project ?? "");
  if (alias.noParent) spec.setNoparent(true);
  else if (alias.parent) spec.setParenturn(alias.parent);
  return new Alias().setSpec(spec);
}

function fromCustomTimeouts(goal: Goal): RegisterResourceRequest.CustomTimeouts {
  const text = (seconds: number | undefined) => (seconds === undefined ? "" : `${seconds}s`);
  return new RegisterResourceRequest.CustomTimeouts()
    .setCreate(text(goal.customTimeouts.create))
    .setUpdate(text(goal.customTimeouts.update))
    .setDelete(text(goal.customTimeouts.delete))
    .setRead(text(goal.customTimeouts.read));
}
