/**
 * Runs `work` for every item, as many at once as each of its bounds allows; starts no more once `isStopped`. Returns the items that were
 * not started. `work` must not throw.
 */
export async function withinBounds<Item>(
  items: readonly Item[],
  boundsOf: (item: Item) => Readonly<Record<string, number>>,
  work: (item: Item, left: () => number) => Promise<void>,
  isStopped: () => boolean,
): Promise<Item[]> {
  const waiting = [...items];
  const busy = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const add = (item: Item, by: 1 | -1) => {
    for (const bound of Object.keys(boundsOf(item))) busy.set(bound, (busy.get(bound) ?? 0) + by);
  };
  const hasRoom = (item: Item) =>
    Object.entries(boundsOf(item)).every(([bound, most]) => (busy.get(bound) ?? 0) < most);
  for (;;) {
    for (let at = waiting.findIndex(hasRoom); at >= 0 && !isStopped(); at = waiting.findIndex(hasRoom)) {
      const [item] = waiting.splice(at, 1) as [Item];
      add(item, 1);
      const run = work(item, () => waiting.length).finally(() => {
        add(item, -1);
        running.delete(run);
      });
      running.add(run);
    }
    if (running.size === 0) return waiting;
    await Promise.race(running);
  }
}
