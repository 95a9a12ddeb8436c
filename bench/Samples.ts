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

/** Rounds of all contenders in turn, counted from 1; a round begins with the next one, and goes round. */
export async function inTurns<Name extends string, Measured>(
  rounds: number,
  contenders: Readonly<Record<Name, (round: number) => Promise<Measured>>>,
): Promise<Record<Name, Measured[]>> {
  const names = Object.keys(contenders) as Name[];
  const measured = Object.fromEntries(names.map((name): [Name, Measured[]] => [name, []])) as Record<
    Name,
    Measured[]
  >;
  for (let round = 1; round <= rounds; round++) {
    const first = (round - 1) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)])
      measured[name].push(await contenders[name](round));
  }
  return measured;
}
