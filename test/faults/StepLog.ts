/** What a run did and what was wrong with it, line by line. */
export class StepLog {
  /** Sentences about what should not have been: a run with one has failed. */
  readonly violations: string[] = [];
  private readonly lines: string[] = [];
  private readonly begun = Date.now();

  constructor(private readonly onLine: (line: string) => void) {}

  get seconds(): number {
    return Math.round((Date.now() - this.begun) / 1000);
  }

  /** A line with its time. */
  note(line: string): void {
    const timed = `${this.when(Date.now()).padStart(8)}  ${line}`;
    this.lines.push(timed);
    this.onLine(timed);
  }

  /** What a program said, below the line before. */
  quote(text: string): void {
    if (text !== "") this.lines.push(text.replace(/^/gm, "               "));
  }

  /** A time as the lines have it. */
  when(time: number): string {
    return `${((time - this.begun) / 1000).toFixed(1)} s`;
  }

  toString(): string {
    return this.lines.join("\n");
  }
}
