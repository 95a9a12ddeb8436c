import type { OperationKind, PendingOperation, ResourceState } from "./resourceState";
import { type LoadedState, loadState, saveState } from "./stateFile";

/**
 * The stack's state while a deployment runs: what this run has finished, then what it has not touched yet. Every
 * change is on disk before the step that made it counts as done. In a preview nothing is written.
 */
export class Snapshot {
  private readonly finished: ResourceState[] = [];
  private readonly superseded = new Set<ResourceState>();
  private readonly renamed = new Map<string, string>();
  private readonly running = new Set<PendingOperation>();
  private interrupted: PendingOperation[];
  private writing: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    private readonly loaded: LoadedState,
    private readonly readOnly: boolean,
  ) {
    // As with the CLI, only interrupted creates leave something the state does not know of.
    this.interrupted = loaded.pendingOperations.filter((operation) => operation.type === "creating");
  }

  static async open(path: string, passphrase: string | undefined, readOnly: boolean): Promise<Snapshot> {
    return new Snapshot(path, await loadState(path, passphrase), readOnly);
  }

  /** The resources the stack had when this run began. */
  get base(): readonly ResourceState[] {
    return this.loaded.resources;
  }

  /** Operations that an earlier run began and did not live to finish. */
  get interruptedOperations(): readonly PendingOperation[] {
    return this.interrupted;
  }

  forgetInterrupted(): void {
    this.interrupted = [];
  }

  current(): ResourceState[] {
    const rest = this.base.filter((state) => !this.superseded.has(state));
    return [...this.finished, ...rest.map((state) => this.followRenames(state))];
  }

  async begin(type: OperationKind, resource: ResourceState): Promise<PendingOperation> {
    const operation = { type, resource };
    this.running.add(operation);
    await this.save();
    return operation;
  }

  end(operation: PendingOperation): void {
    this.running.delete(operation);
  }

  /** Puts `state` in; `old`, if any, is what it takes the place of. */
  record(state: ResourceState, old?: ResourceState): void {
    if (old) this.drop(old);
    this.finished.push(state);
    if (old && old.urn !== state.urn) this.renamed.set(old.urn, state.urn);
  }

  drop(state: ResourceState): void {
    this.superseded.add(state);
    const index = this.finished.indexOf(state);
    if (index >= 0) this.finished.splice(index, 1);
  }

  /** Swaps in place, so that the order of dependencies stays right. */
  swap(old: ResourceState, state: ResourceState): void {
    for (const list of [this.finished, this.loaded.resources]) {
      const index = list.indexOf(old);
      if (index >= 0) list[index] = state;
    }
  }

  /** Waits until a write that began after this call is on disk; calls that come meanwhile share the next write. */
  save(): Promise<void> {
    if (this.readOnly) return Promise.resolve();
    if (!this.writing) {
      this.writing = this.write().finally(() => {
        this.writing = undefined;
      });
      return this.writing;
    }
    if (!this.next) {
      this.next = this.writing
        .catch(() => undefined)
        .then(() => {
          this.next = undefined;
          return this.save();
        });
    }
    return this.next;
  }

  private write(): Promise<void> {
    return saveState(this.path, {
      box: this.loaded.box,
      resources: this.current(),
      pendingOperations: [...this.interrupted, ...this.running],
    });
  }

  private followRenames(state: ResourceState): ResourceState {
    if (this.renamed.size === 0) return state;
    const rename = (urn: string) => this.renamed.get(urn) ?? urn;
    const renamed: ResourceState = {
      ...state,
      dependencies: state.dependencies.map(rename),
      propertyDependencies: Object.fromEntries(
        Object.entries(state.propertyDependencies).map(([key, urns]) => [key, urns.map(rename)]),
      ),
    };
    if (state.parent) renamed.parent = rename(state.parent);
    if (state.deletedWith) renamed.deletedWith = rename(state.deletedWith);
    return renamed;
  }
}
