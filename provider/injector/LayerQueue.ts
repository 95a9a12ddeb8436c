import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { SettingsError } from "../data/problem.js";
import { commitLayers } from "./commitLayers.js";
import type { Injector } from "./Injector.js";
import type { CommitOptions, LayerChange } from "./LayerChange.js";

interface Submission {
  /** The connection of the resource that brings it. */
  api: KubernetesApi;
  change: LayerChange;
  /** How long the injector may take to show it, in ms; the longest of a batch holds. */
  injectorTimeout: number;
  resolve: () => void;
  reject: (error: unknown) => void;
  /** Since when it is refused beside the layers that there are, by `elapsed`. */
  invalidSince?: number;
}

/** How often the queue looks whether more layers have come, in ms. */
const look = 25;
/** A commit begins when no layer of the same `up` has come for so many looks: Pulumi takes its time between two of them. */
const mostQuietLooks = 8;
/** How long an invalid layer waits for others that make it valid, in ms. */
const othersWithin = 2_000;
/** Looks before a commit begins all the same. */
const mostLooks = 80;

/**
 * Gathers the layers that one process brings into one injector, so that many of them are one write. While a commit is
 * under way, those that come are kept for the next one.
 */
export class LayerQueue {
  private waiting: Submission[] = [];
  private running: Promise<void> | undefined;
  /** As many layers as have ever come at once: what Pulumi does not carry out side by side does not come before a commit ends. */
  private mostAtOnce = 0;

  constructor(
    private readonly injector: Injector,
    private readonly options: Omit<CommitOptions, "injectorTimeout">,
  ) {}

  /** Settles when the change is in the injector and the injector shows it, or fails alone. */
  submit(api: KubernetesApi, change: LayerChange, injectorTimeout: number): Promise<void> {
    const settled = new Promise<void>((resolve, reject) =>
      this.waiting.push({ api, change, injectorTimeout, resolve, reject }),
    );
    this.running ??= this.run();
    return settled;
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** Settles when nothing is under way: layers of the same `up` come before the first restart. */
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
    // in the same step as the last look: a change that comes a moment later starts a run of its own
    this.running = undefined;
  }

  /** A request may fit only with the limit of a layer that Pulumi brings a moment later: which of the two comes first is its choice. */
  private mayBecomeValid(submission: Submission, error: Error): boolean {
    if (!(error instanceof SettingsError)) return false;
    submission.invalidSince ??= this.options.elapsed();
    return this.options.elapsed() - submission.invalidSince < othersWithin;
  }

  // Pulumi brings a new layer for each one that has settled, one after the other: taken at once, each would be a write
  private async gathered(): Promise<void> {
    let seen = 0;
    for (let looks = 0, quiet = 0; looks < mostLooks && quiet < mostQuietLooks; looks++, quiet++) {
      if (seen < this.waiting.length) quiet = 0;
      else if (this.mostAtOnce > 1 && seen >= this.mostAtOnce) break;
      seen = this.waiting.length;
      await this.options.sleep(look);
    }
    this.mostAtOnce = Math.max(this.mostAtOnce, this.waiting.length);
  }
}
