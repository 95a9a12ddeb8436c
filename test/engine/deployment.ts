import { availableParallelism } from "node:os";
import type { Journal } from "./journal";
import type { ProgramSettings } from "./programSettings";
import type { ProviderRegistry } from "./providerRegistry";
import type { ResourceState } from "./resourceState";
import { Slots } from "./slots";
import type { Snapshot } from "./snapshot";
import { isStackUrn } from "./urn";

/** Thrown to callers whose step can't run because the deployment has failed or was cancelled. */
export class DeploymentStopped extends Error {
  override readonly name = "DeploymentStopped";

  constructor() {
    super("the deployment has stopped");
  }
}

export interface DeploymentParts {
  settings: ProgramSettings;
  dryRun: boolean;
  snapshot: Snapshot;
  providers: ProviderRegistry;
  journal: Journal;
  parallel?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What all parts of one phase (preview, update, refresh, destroy) share. */
export class Deployment {
  readonly settings: ProgramSettings;
  readonly dryRun: boolean;
  readonly snapshot: Snapshot;
  readonly providers: ProviderRegistry;
  readonly journal: Journal;
  /** Resources this run has finished with, by URN. */
  readonly news = new Map<string, ResourceState>();
  /** Check and diff run one at a time, as in the CLI; only the steps themselves run side by side. */
  readonly planning = new Slots(1);
  readonly steps: Slots;
  readonly parallel: number;
  readonly signal: AbortSignal | undefined;
  private failures = 0;

  constructor(parts: DeploymentParts) {
    this.settings = parts.settings;
    this.dryRun = parts.dryRun;
    this.snapshot = parts.snapshot;
    this.providers = parts.providers;
    this.journal = parts.journal;
    this.signal = parts.signal;
    this.parallel = parts.parallel ?? availableParallelism() * 4;
    this.steps = new Slots(this.parallel);
  }

  get failed(): boolean {
    return this.failures > 0 || this.cancelled;
  }

  get cancelled(): boolean {
    return this.signal?.aborted ?? false;
  }

  /** After the first failure no new step starts; those that run may finish. */
  fail(message: string, urn = ""): void {
    this.failures++;
    this.journal.diagnose("error", message, urn);
  }

  /** For a program that failed: it has reported why, or `message` says it. */
  stop(message: string): void {
    this.failures++;
    if (message !== "") this.journal.diagnose("error", message);
  }

  assertRunning(): void {
    if (this.failed) throw new DeploymentStopped();
  }

  rootUrn(): string | undefined {
    return [...this.news.keys()].find(isStackUrn);
  }
}
