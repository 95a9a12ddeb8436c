/** How long the restarts of a rollout took, as an output: three values, whatever the size of the mesh. */
export interface Durations {
  /** From the start of the first to the end of the last, pauses included: `95s`. */
  total: string;
  /** For one workload. */
  median: string;
  /** `14s shop/Deployment/api`. */
  longest: string;
}

/** `took`: workload -> ms. Undefined if nothing was restarted. */
export function durationsOf(took: ReadonlyMap<string, number>, total: number): Durations | undefined {
  const sorted = [...took].sort(([, a], [, b]) => a - b);
  const [median, longest] = [sorted[(sorted.length - 1) >> 1], sorted.at(-1)];
  if (!median || !longest) return undefined;
  return {
    total: seconds(total),
    median: seconds(median[1]),
    longest: `${seconds(longest[1])} ${longest[0]}`,
  };
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)}s`;
}
