/** How many workloads get a line of their own. */
export const mostReported = 20;

/** Reports the first lines, and one more with how many there are besides. `rest`: `3 more` in a sentence. */
export function reportCapped(
  lines: readonly string[],
  rest: (more: number) => string,
  report: (line: string) => void,
): void {
  for (const line of lines.slice(0, mostReported)) report(line);
  if (lines.length > mostReported) report(rest(lines.length - mostReported));
}
