import { setTimeout as sleep } from "node:timers/promises";
import type { Operation } from "./Operation";

/** After an outage the API server and istiod take up what they missed. */
const recovery = 4_000;

/** From one moment to another, in ms; those that go on have no end yet. */
export interface ExplainedTime {
  from: number;
  to: number;
  /** All namespaces where it is left out. */
  namespace?: string;
}

/** Times in which it is no wonder that no pods can be created. */
export class ExplainedTimes {
  readonly all: ExplainedTime[] = [];

  constructor(private readonly operations: readonly Operation[]) {}

  async during(work: () => Promise<void>): Promise<void> {
    const end = this.begin();
    await work();
    end();
  }

  /** A time that goes on until what this returns is called. */
  begin(namespace?: string): () => void {
    const time = this.add(namespace);
    return () => {
      time.to = Math.min(time.to, Date.now() + recovery);
    };
  }

  /** Of a killed program's settings: nobody is there to put back until the same program runs again. */
  untilNextEnd(killed: Operation): void {
    const time = this.add(undefined);
    void (async () => {
      for (;;) {
        const later = this.operations.slice(this.operations.indexOf(killed) + 1);
        const next = later.find((one) => one.actor === killed.actor && one.to !== undefined && !one.killed);
        if (next?.to !== undefined) {
          time.to = next.to + recovery;
          return;
        }
        await sleep(100, undefined, { ref: false });
      }
    })();
  }

  private add(namespace: string | undefined): ExplainedTime {
    const time = { from: Date.now(), to: Number.POSITIVE_INFINITY, ...(namespace ? { namespace } : {}) };
    this.all.push(time);
    return time;
  }
}
