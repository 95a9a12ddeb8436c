import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { AliasSpec, CallbackAddress, Goal } from "./goal";
import { fromProgram, type PropertyMap } from "./propertyValue";
import type { CustomTimeouts } from "./resourceState";

export function toGoal(request: RegisterResourceRequest): Goal {
  const propertyDependencies: Record<string, string[]> = {};
  for (const [key, value] of request.getPropertydependenciesMap().entries()) {
    propertyDependencies[key] = value.getUrnsList();
  }
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent() || undefined,
    inputs: structToMap(request.getObject()),
    dependencies: request.getDependenciesList(),
    propertyDependencies,
    provider: request.getProvider() || undefined,
    protect: request.getProtect() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    hideDiffs: request.getHidediffsList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [
      ...request.getAliasurnsList().map((urn) => ({ urn })),
      ...request.getAliasesList().map(toAliasSpec),
    ],
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: request.getDeletedwith() || undefined,
    customTimeouts: toCustomTimeouts(request.getCustomtimeouts()),
  };
}

export function structToMap(struct: Struct | undefined): PropertyMap {
  return fromProgram((struct?.toJavaScript() ?? {}) as PropertyMap);
}

export function toAliasSpec(alias: Alias): AliasSpec {
  const spec = alias.getSpec();
  if (!spec) return { urn: alias.getUrn() };
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
    noParent: spec.getNoparent(),
  };
}

export function toCallback(callback: Callback): CallbackAddress {
  return { target: callback.getTarget(), token: callback.getToken() };
}

export function toCustomTimeouts(
  timeouts: RegisterResourceRequest.CustomTimeouts | undefined,
): CustomTimeouts {
  const result: CustomTimeouts = {};
  if (!timeouts) return result;
  const given = {
    create: timeouts.getCreate(),
    update: timeouts.getUpdate(),
    delete: timeouts.getDelete(),
    read: timeouts.getRead(),
  };
  for (const [key, text] of Object.entries(given)) {
    if (text !== "") result[key as keyof CustomTimeouts] = durationSeconds(text);
  }
  return result;
}

/** A Go duration such as `1h30m` or `1.5s`. */
function durationSeconds(text: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  if (parts.map((part) => part[0]).join("") !== text) throw new Error(`invalid duration "${text}"`);
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0), 0);
}
