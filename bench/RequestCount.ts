import { closeSync, openSync, readSync, statSync } from "node:fs";

export interface Requests {
  /** All of ours. */
  all: number;
  /** Those that changed an injector's ConfigMap. */
  injectorWrites: number;
}

interface Event {
  userAgent?: string;
  verb: string;
  objectRef?: { resource?: string; name?: string };
}

/** The requests of a client since this was last asked, as the API server's audit log has them. */
export class RequestCount {
  private from: number;

  constructor(
    private readonly log: string,
    private readonly userAgent: string,
  ) {
    this.from = statSync(log).size;
  }

  next(): Requests {
    const events = this.lines().map((line) => JSON.parse(line) as Event);
    const ours = events.filter(({ userAgent }) => userAgent?.startsWith(this.userAgent));
    return {
      all: ours.length,
      injectorWrites: ours.filter(
        ({ verb, objectRef }) =>
          ["update", "patch", "create"].includes(verb) &&
          objectRef?.resource === "configmaps" &&
          objectRef.name?.startsWith("istio-sidecar-injector"),
      ).length,
    };
  }

  private lines(): string[] {
    const { size } = statSync(this.log);
    const buffer = Buffer.alloc(size - this.from);
    const file = openSync(this.log, "r");
    try {
      readSync(file, buffer, 0, buffer.length, this.from);
    } finally {
      closeSync(file);
    }
    // the last line may still be on its way
    const whole = buffer.lastIndexOf("\n") + 1;
    this.from += whole;
    return buffer.toString("utf8", 0, whole).split("\n").filter(Boolean);
  }
}
