export const STACK_TYPE = "pulumi:pulumi:Stack";

export interface UrnScope {
  project: string;
  stack: string;
}

/** `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>` */
export function makeUrn(scope: UrnScope, type: string, name: string, parent?: string): string {
  const parentType = parent ? qualifiedType(parent) : "";
  const prefix = parentType === "" || parentType === STACK_TYPE ? "" : `${parentType}$`;
  return `urn:pulumi:${scope.stack}::${scope.project}::${prefix}${type}::${name}`;
}

export function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

export function urnType(urn: string): string {
  return qualifiedType(urn).split("$").at(-1) ?? "";
}

/** A name may itself contain `::`. */
export function urnName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

export function isStackUrn(urn: string): boolean {
  return qualifiedType(urn) === STACK_TYPE;
}
