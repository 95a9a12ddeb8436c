import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { SettingsError } from "../data/problem.js";
import { commitLayers } from "./commitLayers.js";
import type { Injector } from "./Injector.js";
import type { CommitOptions, LayerChange } from "./LayerChange.js";

interface Submission {
  /** The connection of the resource that submitted it. */
  api: KubernetesApi;
  change: LayerChange;
  /** How long the injector may take to apply it, in ms; the longest of a batch counts. */
  injectorTimeout: number;
  resolve: () => void;
  reject: (error: unknown) => void;
  /** When it was first refused as invalid, by `elapsed`. */
  invalidSince?: number;
}

/** How often the queue checks for more changes, in ms. */
const interval = 10;
/** A commit begins after so many intervals without a new change: Pulumi takes its time between two resources. */
const quietIntervals = 20;
/** How long an invalid change waits for others that make it valid, in ms. */
const invalidFor = 2_000;
/** Intervals after which a commit begins in any case. */
const mostIntervals = 200;

/**
 * Batches the changes that one process makes to one injector into few writes. Changes that arrive during a commit wait for the
 * next one.
 */
export class LayerQueue {
  private waiting: Submission[] = [];
  private running: Promise<void> | undefined;
  /** The largest batch so far: Pulumi runs no more steps at once, so no more changes come before a commit ends. */
  private mostAtOnce = 0;

  constructor(
    private readonly injector: Injector,
    private readonly options: Omit<CommitOptions, "injectorTimeout">,
  ) {}

  /** Resolves when the change is written and the injector applies it; rejects without affecting other changes. `injectorTimeout`: in ms. */
  submit(api: KubernetesApi, change: LayerChange, injectorTimeout: number): Promise<void> {
    const settled = new Promise<void>((resolve, reject) =>
      this.waiting.push({ api, change, injectorTimeout, resolve, reject }),
    );
    this.running ??= this.run();
    return settled;
  }

  /** Whether changes are being written or verified. */
  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** Resolves when the queue is empty: all layers of an `up` are written before the first restart. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.gathered();
      const batch = this.waiting;
      this.waiting = [];
      const [first] = batch;
      if (!first) continue;
      try {
        const outcomes = await commitLayers(
          first.api,
          this.injector,
          batch.map(({ change }) => change),
          {
            ...this.options,
            injectorTimeout: Math.max(...batch.map(({ injectorTimeout }) => injectorTimeout)),
          },
        );
        for (const submission of batch) {
          const error = outcomes.get(submission.change);
          if (!error) submission.resolve();
          else if (this.mayBecomeValid(submission, error)) this.waiting.push(submission);
          else submission.reject(error);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    // in the same tick as the last check: a change that comes later starts a new run
    this.running = undefined;
  }

  /** A request may be valid only with a limit from another layer, which Pulumi may submit a moment later. */
  private mayBecomeValid(submission: Submission, error: Error): boolean {
    if (!(error instanceof SettingsError)) return false;
    submission.invalidSince ??= this.options.elapsed();
    return this.options.elapsed() - submission.invalidSince < invalidFor;
  }

  // Pulumi submits the next layer whenever one has settled: without a pause each would be a write of its own
  private async gathered(): Promise<void> {
    let seen = 0;
    for (let waited = 0, quiet = 0; waited < mostIntervals && quiet < quietIntervals; waited++, quiet++) {
      if (seen < this.waiting.length) quiet = 0;
      seen = this.waiting.length;
      if (this.mostAtOnce > 1 && seen >= this.mostAtOnce) break;
      await this.options.sleep(interval);
    }
    this.mostAtOnce = Math.max(this.mostAtOnce, this.waiting.length);
  }
}
