import { dependentReplacements } from "./dependentReplacements";
import { type Deployment, DeploymentStopped } from "./deployment";
import type { Goal } from "./goal";
import { ignoreChanges, markReplacements, replaceOnChanges } from "./inputOverrides";
import { OldResources } from "./oldResource";
import { diffInputs, topLevelKeys } from "./propertyDiff";
import {
  annotateSecrets,
  equalValues,
  forProvider,
  maskSecrets,
  type PropertyMap,
  withoutSecrets,
} from "./propertyValue";
import type { DiffResult, ResourceProvider } from "./resourceProvider";
import type { ResourceState } from "./resourceState";
import { existing, type Reasons, type StepRunner } from "./stepRunner";
import { makeUrn, STACK_TYPE } from "./urn";

type PlannedWork = () => Promise<ResourceState>;

/** Decides what one registration means for one resource: create, update, replace, or nothing. */
export class Registrar {
  private readonly olds: OldResources;
  private readonly registered = new Set<string>();
  /** Deleted ahead of time, because something they depend on is replaced. */
  private readonly deletedEarly = new Map<string, ResourceState>();

  constructor(
    private readonly deployment: Deployment,
    private readonly runner: StepRunner,
  ) {
    this.olds = new OldResources(deployment.settings, deployment.snapshot.base);
  }

  async register(goal: Goal): Promise<ResourceState> {
    const parent = goal.parent ?? (goal.type === STACK_TYPE ? undefined : this.deployment.rootUrn());
    const urn = makeUrn(this.deployment.settings, goal.type, goal.name, parent);
    let work: PlannedWork;
    try {
      work = await this.deployment.planning.run(() => {
        this.deployment.assertRunning();
        return this.plan(urn, { ...goal, parent });
      });
    } catch (error) {
      if (error instanceof DeploymentStopped) throw error;
      this.deployment.fail((error as Error).message, urn);
      throw new DeploymentStopped();
    }
    return this.deployment.steps.run(work);
  }

  private async plan(urn: string, goal: Goal): Promise<PlannedWork> {
    if (this.registered.has(urn))
      throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    this.registered.add(urn);
    const old = this.olds.find(urn, goal);
    const state = newState(urn, goal);
    if (old && goal.ignoreChanges.length > 0) {
      state.inputs = ignoreChanges(old.inputs, state.inputs, goal.ignoreChanges);
    }
    if (!goal.custom) return this.planComponent(state, old, goal);

    const provider = await this.deployment.providers.forResource(goal.type, goal.provider);
    const early = this.deletedEarly.get(urn);
    const checkedAgainst = old && !early && !old.external ? old.inputs : {};
    const wanted = state.inputs;
    state.inputs = await this.check(provider, urn, checkedAgainst, wanted);
    if (!old) return () => this.create(state, provider);
    if (early) return () => this.recreate(this.deletedEarly.get(urn) ?? early, state, provider, {});
    return this.planChange(old, state, provider, goal, wanted);
  }

  private planComponent(state: ResourceState, old: ResourceState | undefined, goal: Goal): PlannedWork {
    if (!old) return () => this.runner.create("create", state, undefined);
    const changed = !equalValues(withoutSecrets(old.inputs), withoutSecrets(state.inputs));
    return () =>
      changed
        ? this.runner.update(old, state, undefined, { hideDiffs: goal.hideDiffs })
        : this.runner.same(old, state);
  }

  private async planChange(
    old: ResourceState,
    state: ResourceState,
    provider: ResourceProvider,
    goal: Goal,
    wanted: PropertyMap,
  ): Promise<PlannedWork> {
    const diff = await this.diff(provider, old, state, goal);
    const reasons = reasonsOf(diff, goal);
    if (old.pendingReplacement) {
      return () => this.recreate(old, state, provider, reasons);
    }
    if (diff.changes === "none") {
      if (old.initErrors?.length) return () => this.update(old, state, provider, reasons);
      return () => this.same(old, state);
    }
    if (diff.replaces.length === 0 && !old.external) return () => this.update(old, state, provider, reasons);

    if (old.protect && goal.protect) throw new Error(protectedMessage(old.urn, "replace"));
    state.inputs = await this.check(provider, state.urn, {}, wanted);
    if (!(goal.deleteBeforeReplace ?? diff.deleteBeforeReplace)) {
      return async () => {
        const created = await this.create(state, provider, reasons, old);
        this.runner.replace(old, state, reasons);
        return created;
      };
    }
    const dependents = await dependentReplacements(this.deployment, old);
    for (const dependent of dependents) this.deletedEarly.set(dependent.urn, dependent);
    return async () => {
      for (const dependent of [...dependents].reverse()) {
        this.deletedEarly.set(dependent.urn, await this.deleteEarly(dependent));
      }
      return this.recreate(await this.deleteEarly(old), state, provider, reasons);
    };
  }

  private async check(
    provider: ResourceProvider,
    urn: string,
    olds: PropertyMap,
    wanted: PropertyMap,
  ): Promise<PropertyMap> {
    const result = await provider.check(urn, forProvider(olds), forProvider(wanted));
    if (result.failures.length > 0) {
      for (const { property, reason } of result.failures) {
        const value =
          property === "" ? "" : ` (value ${JSON.stringify(maskSecrets(wanted[property] ?? null))})`;
        const place = property === "" ? "" : `property ${property}${value}: `;
        this.deployment.fail(`${place}${reason}`, urn);
      }
      throw new DeploymentStopped();
    }
    return annotateSecrets(result.inputs, wanted);
  }

  private async diff(
    provider: ResourceProvider,
    old: ResourceState,
    state: ResourceState,
    goal: Goal,
  ): Promise<DiffResult> {
    const diff = await provider.diff(existing(old), forProvider(state.inputs), goal.ignoreChanges);
    if (diff.changes === "unknown") {
      const detailedDiff = diffInputs(old.inputs, state.inputs);
      const changedKeys = topLevelKeys(detailedDiff);
      diff.changes = changedKeys.length > 0 ? "some" : "none";
      if (changedKeys.length > 0) Object.assign(diff, { detailedDiff, changedKeys });
    }
    return replaceOnChanges(diff, goal.replaceOnChanges);
  }

  private async create(
    state: ResourceState,
    provider: ResourceProvider,
    reasons: Reasons = {},
    old?: ResourceState,
  ): Promise<ResourceState> {
    const created = await this.runner.create(
      old ? "create-replacement" : "create",
      state,
      provider,
      reasons,
      old,
    );
    this.deployment.providers.adopt(created);
    return created;
  }

  private async recreate(
    old: ResourceState,
    state: ResourceState,
    provider: ResourceProvider,
    reasons: Reasons,
  ): Promise<ResourceState> {
    this.runner.replace(old, state, reasons);
    return this.create(state, provider, reasons, old);
  }

  private async update(
    old: ResourceState,
    state: ResourceState,
    provider: ResourceProvider,
    reasons: Reasons,
  ): Promise<ResourceState> {
    const updated = await this.runner.update(old, state, provider, reasons);
    this.deployment.providers.adopt(updated);
    return updated;
  }

  private async same(old: ResourceState, state: ResourceState): Promise<ResourceState> {
    const kept = await this.runner.same(old, state);
    this.deployment.providers.adopt(kept);
    return kept;
  }

  private async deleteEarly(old: ResourceState): Promise<ResourceState> {
    if (old.protect) throw new Error(protectedMessage(old.urn, "replace"));
    const provider = old.custom
      ? await this.deployment.providers.forResource(old.type, old.provider)
      : undefined;
    const skipProvider = old.retainOnDelete ?? false;
    return this.runner.delete("delete-replaced", old, provider, { keepPending: true, skipProvider });
  }
}

function newState(urn: string, goal: Goal): ResourceState {
  return {
    urn,
    type: goal.type,
    custom: goal.custom,
    inputs: goal.inputs,
    outputs: {},
    dependencies: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    ...(goal.parent && { parent: goal.parent }),
    ...(goal.provider && { provider: goal.provider }),
    ...(goal.protect && { protect: true }),
    ...(goal.retainOnDelete && { retainOnDelete: true }),
    ...(goal.deletedWith && { deletedWith: goal.deletedWith }),
    ...(goal.additionalSecretOutputs.length > 0 && { additionalSecretOutputs: goal.additionalSecretOutputs }),
    ...(Object.keys(goal.customTimeouts).length > 0 && { customTimeouts: goal.customTimeouts }),
  };
}

function reasonsOf(diff: DiffResult, goal: Goal): Reasons {
  return {
    diffReasons: diff.changedKeys ?? [],
    replaceReasons: diff.replaces,
    hideDiffs: goal.hideDiffs,
    ...(diff.detailedDiff && { detailedDiff: markReplacements(diff.detailedDiff, diff.replaces) }),
  };
}

export function protectedMessage(urn: string, verb: string): string {
  return `unable to ${verb} resource "${urn}": it is protected; remove the \`protect\` option and run \`up\` first`;
}
