/** Rollouts of one cluster take turns in a process, so that several levels together restart no more at once than one may. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Does the work when all that came before for this cluster is over. A run that failed doesn't block the next. */
  take<Result>(cluster: string, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.last.get(cluster) ?? Promise.resolve()).then(work, work);
    this.last.set(
      cluster,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
