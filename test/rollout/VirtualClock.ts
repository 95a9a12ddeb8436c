/** Time that passes only when everybody waits for it. */
export class VirtualClock {
  private time = 0;
  private readonly waiting: { until: number; wake: () => void }[] = [];

  readonly now = (): number => this.time;
  readonly elapsed = this.now;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => this.waiting.push({ until: this.time + milliseconds, wake }));

  /** The result of work that sleeps by this clock, in no time. */
  async run<Result>(work: Promise<Result>): Promise<Result> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    while (!settled) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.waiting.sort((a, b) => a.until - b.until).shift();
      if (!next) continue;
      this.time = Math.max(this.time, next.until);
      next.wake();
    }
    return work;
  }
}
