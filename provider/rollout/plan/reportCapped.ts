/** How many workloads get a line of their own. */
const mostReported = 20;

/** Reports the first lines, then how many more there are. `rest`: turns that number into a sentence. */
export function reportCapped(
  lines: readonly string[],
  rest: (more: number) => string,
  report: (line: string) => void,
): void {
  for (const line of lines.slice(0, mostReported)) report(line);
  if (lines.length > mostReported) report(rest(lines.length - mostReported));
}
