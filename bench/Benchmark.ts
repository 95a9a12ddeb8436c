/** `quick` is a look whether everything works, in seconds; only `full` gives figures worth keeping. */
export type Size = "full" | "quick";

export interface Benchmark {
  name: string;
  /** What is compared with what, in one line. */
  about: string;
  run(size: Size): Promise<Table[]>;
}

export interface Table {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** What has to be known to read it. */
  notes?: readonly string[];
}

export function markdownTable({ title, columns, rows, notes = [] }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `### ${title}`,
    "",
    line(columns),
    line(columns.map(() => "---")),
    ...rows.map(line),
    "",
    ...notes.flatMap((note) => [note, ""]),
  ].join("\n");
}

/** Progress, apart from results. */
export function progress(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
}
