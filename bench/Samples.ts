/** Measurements of one thing, several times. */
export class Samples {
  private readonly sorted: readonly number[];

  constructor(values: readonly number[]) {
    this.sorted = [...values].sort((a, b) => a - b);
  }

  get median(): number {
    const middle = (this.sorted.length - 1) / 2;
    return (this.at(Math.floor(middle)) + this.at(Math.ceil(middle))) / 2;
  }

  /** `412 (398-430)`: the median, and the least and the most that was seen. */
  text(digits = 0): string {
    const [least, most] = [this.at(0), this.at(this.sorted.length - 1)];
    if (this.sorted.length === 1) return least.toFixed(digits);
    return `${this.median.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
  }

  private at(index: number): number {
    return this.sorted[index] ?? Number.NaN;
  }
}

/** Each measurement of one against its neighbour of the other, so that a machine that gets slower meanwhile slows both. */
export function ratios(one: readonly number[], other: readonly number[]): Samples {
  return new Samples(one.map((value, index) => value / (other[index] ?? Number.NaN)));
}

/** Rounds of two things in turn, each first in every other round. */
export async function inTurns<Measured>(
  rounds: number,
  one: () => Promise<Measured>,
  other: () => Promise<Measured>,
): Promise<{ one: Measured[]; other: Measured[] }> {
  const measured = { one: [] as Measured[], other: [] as Measured[] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (["one", "other"] as const) : (["other", "one"] as const);
    for (const which of order) measured[which].push(await (which === "one" ? one : other)());
  }
  return measured;
}
