/** Runs rollouts of one cluster one after the other, so that levels together don't restart more at once than one level may. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` after all earlier work for this cluster. A failed run doesn't block the next. */
  take<Result>(cluster: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.last.get(cluster) ?? Promise.resolve()).then(work, work);
    this.last.set(
      cluster,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
