import type { AliasSpec, Goal } from "./goal";
import type { ResourceState } from "./resourceState";
import { isStackUrn, makeUrn, qualifiedType, STACK_TYPE, type UrnScope, urnName, urnType } from "./urn";

/** Finds what a resource was called in the last run: by its URN, by its own aliases, or by its parent's. */
export class OldResources {
  private readonly byUrn = new Map<string, ResourceState>();
  /** The old URN of each resource that was found under an alias. */
  private readonly aliasOf = new Map<string, string>();
  private readonly claimed = new Map<string, string>();

  constructor(
    private readonly scope: UrnScope,
    base: readonly ResourceState[],
  ) {
    for (const state of base) if (!state.delete) this.byUrn.set(state.urn, state);
  }

  find(urn: string, goal: Goal): ResourceState | undefined {
    for (const candidate of [urn, ...this.aliases(goal)]) {
      const old = this.byUrn.get(candidate);
      if (!old) continue;
      const claimant = this.claimed.get(candidate);
      if (claimant !== undefined && claimant !== urn) {
        throw new Error(`${candidate} is an alias of both ${claimant} and ${urn}`);
      }
      this.claimed.set(candidate, urn);
      if (candidate !== urn) this.aliasOf.set(urn, candidate);
      return old;
    }
    return undefined;
  }

  replaceWith(old: ResourceState, state: ResourceState): void {
    this.byUrn.set(old.urn, state);
  }

  private aliases(goal: Goal): Set<string> {
    const own = goal.aliases.map((alias) => this.aliasUrn(goal, alias));
    const found = new Set(own);
    const parentAlias = goal.parent && this.aliasOf.get(goal.parent);
    if (goal.parent && parentAlias) {
      const parentName = urnName(goal.parent);
      const candidates = [makeUrn(this.scope, goal.type, goal.name, goal.parent), ...own];
      for (const urn of candidates) found.add(this.inherit(urn, parentName, parentAlias));
    }
    return found;
  }

  private aliasUrn(goal: Goal, alias: AliasSpec): string {
    if (alias.urn) return alias.urn;
    const named = alias.parent || goal.parent;
    const parent = alias.noParent ? undefined : named && (this.aliasOf.get(named) ?? named);
    const scope = { project: alias.project || this.scope.project, stack: alias.stack || this.scope.stack };
    const oldParent = parent && !isStackUrn(parent) ? parent : undefined;
    return makeUrn(scope, alias.type || goal.type, alias.name || goal.name, oldParent);
  }

  /** A child named after its parent was named after its parent's old name. */
  private inherit(urn: string, parentName: string, parentAlias: string): string {
    const name = urnName(urn);
    const oldName = name.startsWith(parentName) ? urnName(parentAlias) + name.slice(parentName.length) : name;
    const parentType = qualifiedType(parentAlias);
    const prefix = parentType === STACK_TYPE ? "" : `${parentType}$`;
    return `urn:pulumi:${this.scope.stack}::${this.scope.project}::${prefix}${urnType(urn)}::${oldName}`;
  }
}
