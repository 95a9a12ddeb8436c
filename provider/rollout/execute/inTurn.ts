const turns = new Map<string, Promise<unknown>>();

/**
 * Rollouts of one cluster take turns in a process, so that several levels together restart no more at once than one may.
 * A turn that fails does not keep the next one.
 */
export function inTurn<Result>(cluster: string, work: () => Promise<Result>): Promise<Result> {
  const turn = (turns.get(cluster) ?? Promise.resolve()).then(work, work);
  turns.set(
    cluster,
    turn.catch(() => undefined),
  );
  return turn;
}
