import { type Deployment, DeploymentStopped } from "./deployment";
import {
  annotateSecrets,
  forProvider,
  isSecret,
  makeSecret,
  type PropertyMap,
  UNKNOWN,
} from "./propertyValue";
import { type ExistingResource, PartialFailure, type ResourceProvider } from "./resourceProvider";
import type { OperationKind, ResourceState } from "./resourceState";
import type { Step, StepOp } from "./step";

export interface Reasons {
  diffReasons?: string[];
  replaceReasons?: string[];
  detailedDiff?: Step["detailedDiff"];
  hideDiffs?: string[];
}

/** Carries steps out: calls the provider, keeps state, tells the journal. */
export class StepRunner {
  private readonly condemned = new WeakMap<ResourceState, ResourceState>();

  constructor(private readonly deployment: Deployment) {}

  async same(old: ResourceState, state: ResourceState): Promise<ResourceState> {
    if (old.id !== undefined) state.id = old.id;
    state.outputs = old.outputs;
    return this.run("same", old, state, {}, async () => {
      this.keep(state, old);
    });
  }

  /** A component, or a custom resource that does not exist yet. */
  async create(
    op: "create" | "create-replacement",
    state: ResourceState,
    provider: ResourceProvider | undefined,
    reasons: Reasons = {},
    old?: ResourceState,
  ): Promise<ResourceState> {
    return this.run(op, old, state, reasons, async () => {
      state.created = state.modified = new Date().toISOString();
      const superseded = old?.pendingReplacement ? old : undefined;
      // A replaced object that still exists stays in state, to be deleted once nothing depends on it.
      if (old && !superseded) this.condemned.set(state, old);
      if (!provider) this.keep(state, superseded);
      else if (this.deployment.dryRun) {
        state.id = UNKNOWN;
        this.keepOutputs(state, state.inputs, superseded);
      } else await this.createObject(state, provider, superseded);
    });
  }

  async update(
    old: ResourceState,
    state: ResourceState,
    provider: ResourceProvider | undefined,
    reasons: Reasons,
  ): Promise<ResourceState> {
    if (old.id !== undefined) state.id = old.id;
    return this.run("update", old, state, reasons, async () => {
      state.modified = new Date().toISOString();
      if (!provider) {
        state.outputs = old.outputs;
        return this.keep(state, old);
      }
      const news = forProvider(state.inputs);
      if (this.deployment.dryRun) {
        const shown = provider.previewUpdate?.(existing(old), news);
        return this.keepOutputs(state, shown ?? state.inputs, old);
      }
      await this.operate("updating", state, old, () =>
        provider.update(existing(old), news, state.customTimeouts?.update ?? 0),
      );
    });
  }

  /** `skipProvider`: the object is left alone (retained, or gone together with another resource). */
  async delete(
    op: "delete" | "delete-replaced" | "read-discard" | "discard-replaced",
    old: ResourceState,
    provider: ResourceProvider | undefined,
    after: { keepPending?: boolean; skipProvider?: boolean } = {},
  ): Promise<ResourceState> {
    const pending: ResourceState = { ...old, pendingReplacement: true };
    await this.run(op, old, undefined, {}, async () => {
      if (provider && !after.skipProvider && !this.deployment.dryRun) {
        const operation = await this.deployment.snapshot.begin("deleting", old);
        try {
          await provider.delete(existing(old), old.customTimeouts?.delete ?? 0);
        } finally {
          this.deployment.snapshot.end(operation);
        }
      }
      if (after.keepPending) this.deployment.snapshot.swap(old, pending);
      else this.deployment.snapshot.drop(old);
    });
    return pending;
  }

  /** The step that stands for a whole replacement; its halves do the work. */
  replace(old: ResourceState, state: ResourceState, reasons: Reasons): void {
    const { journal } = this.deployment;
    journal.end(journal.begin(describe("replace", old, state, reasons)), "done");
  }

  async run(
    op: StepOp,
    old: ResourceState | undefined,
    state: ResourceState | undefined,
    reasons: Reasons,
    work: () => Promise<void>,
  ): Promise<ResourceState> {
    const { journal, snapshot } = this.deployment;
    this.deployment.assertRunning();
    const step = journal.begin(describe(op, old, state, reasons));
    try {
      await work();
      await snapshot.save();
      journal.end(step, "done");
    } catch (error) {
      await snapshot.save().catch(() => undefined);
      journal.end(step, "failed");
      const message = error instanceof PartialFailure ? partialMessage(error) : (error as Error).message;
      this.deployment.fail(message, step.urn);
      throw new DeploymentStopped();
    }
    return state ?? (old as ResourceState);
  }

  private async operate(
    kind: OperationKind,
    state: ResourceState,
    old: ResourceState | undefined,
    call: () => Promise<PropertyMap>,
  ): Promise<void> {
    const operation = await this.deployment.snapshot.begin(kind, { ...state });
    try {
      const outputs = await call();
      this.deployment.snapshot.end(operation);
      this.keepOutputs(state, outputs, old);
    } catch (error) {
      this.deployment.snapshot.end(operation);
      if (error instanceof PartialFailure) {
        state.id = error.id;
        state.initErrors = error.reasons.length > 0 ? error.reasons : [error.message];
        if (error.inputs) state.inputs = annotateSecrets(error.inputs, state.inputs);
        this.keepOutputs(state, error.outputs, old);
      }
      throw error;
    }
  }

  private keepOutputs(state: ResourceState, outputs: PropertyMap, old?: ResourceState): void {
    state.outputs = markOutputs(outputs, state);
    this.keep(state, old);
  }

  private async createObject(
    state: ResourceState,
    provider: ResourceProvider,
    superseded: ResourceState | undefined,
  ): Promise<void> {
    await this.operate("creating", state, superseded, async () => {
      const inputs = forProvider(state.inputs);
      const created = await provider.create(state.urn, inputs, state.customTimeouts?.create ?? 0);
      state.id = created.id;
      return created.outputs;
    });
  }

  private keep(state: ResourceState, old?: ResourceState): void {
    const condemned = this.condemned.get(state);
    if (condemned) this.deployment.snapshot.swap(condemned, { ...condemned, delete: true });
    this.deployment.snapshot.record(state, old);
    this.deployment.news.set(state.urn, state);
  }
}

/** Outputs under the name of a secret input are secret, and so are those the program asked for. */
export function markOutputs(outputs: PropertyMap, state: ResourceState): PropertyMap {
  const marked = annotateSecrets(outputs, state.inputs);
  for (const key of state.additionalSecretOutputs ?? []) {
    const value = marked[key];
    if (value !== undefined && !isSecret(value)) marked[key] = makeSecret(value);
  }
  return marked;
}

export function existing(state: ResourceState): ExistingResource {
  return {
    urn: state.urn,
    id: state.id ?? "",
    inputs: forProvider(state.inputs),
    outputs: forProvider(state.outputs),
  };
}

function describe(
  op: StepOp,
  old: ResourceState | undefined,
  state: ResourceState | undefined,
  reasons: Reasons,
): Omit<Step, "status" | "startedAt"> {
  return {
    op,
    urn: (state ?? old)?.urn ?? "",
    diffReasons: reasons.diffReasons ?? [],
    replaceReasons: reasons.replaceReasons ?? [],
    ...(old && { old }),
    ...(state && { new: state }),
    ...(reasons.detailedDiff && { detailedDiff: reasons.detailedDiff }),
    ...(reasons.hideDiffs?.length && { hideDiffs: reasons.hideDiffs }),
  };
}

function partialMessage(error: PartialFailure): string {
  const reasons = error.reasons.filter((reason) => reason !== error.message);
  return [error.message, ...reasons.map((reason) => `  * ${reason}`)].join("\n");
}
