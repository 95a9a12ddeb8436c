import { setTimeout as sleep } from "node:timers/promises";
import type { Operation } from "./Operation";

/** After an outage the API server and istiod take up what they missed. */
const recovery = 4_000;

/** Times in which it is no wonder that no pods can be created. */
export class ExplainedTimes {
  /** From one moment to another, in ms; those that go on have no end yet. */
  readonly all: { from: number; to: number }[] = [];

  async during(work: () => Promise<void>): Promise<void> {
    const time = this.begin();
    await work();
    time.to = Date.now() + recovery;
  }

  /** Of a killed program's settings: nobody is there to put back until the same program runs again. */
  untilNextEnd(killed: Operation, operations: readonly Operation[]): void {
    const time = this.begin();
    void (async () => {
      for (;;) {
        const later = operations.slice(operations.indexOf(killed) + 1);
        const next = later.find((one) => one.actor === killed.actor && one.to !== undefined && !one.killed);
        if (next?.to !== undefined) {
          time.to = next.to + recovery;
          return;
        }
        await sleep(100, undefined, { ref: false });
      }
    })();
  }

  private begin(): { from: number; to: number } {
    const time = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.all.push(time);
    return time;
  }
}
