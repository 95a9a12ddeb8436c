import { shortened } from "../data/shortened.js";
import { type Paint, plain, type Tone } from "./Paint.js";
import { printed } from "./printed.js";
import { widthOf, wrapped } from "./wrapped.js";

/** A cell: its text, with a tone if it is coloured. */
export type Cell = string | { text: string; tone: Tone };

/** Options for fitting a table to a terminal. */
interface TableOptions {
  paint?: Paint;
  /** The maximum line width. Default: unlimited. */
  most?: number | undefined;
  /** Heads of the columns whose texts may be cut to fit. The last column is wrapped instead. */
  cuts?: readonly string[];
}

/** Rows below a title that applies to all of them. */
interface TableGroup {
  title: readonly Cell[];
  rows: readonly (readonly Cell[])[];
}

/** Columns of equal width, two spaces apart, as kubectl prints tables. */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): string {
  const { head, lines } = layOut(heads, rows, options);
  return `${[head, ...lines].join("\n")}\n`;
}

/** The same, with what rows have in common as a title above them. */
export function groupedTable(
  heads: readonly string[],
  groups: readonly TableGroup[],
  options: TableOptions = {},
): string {
  const { paint = plain, most = Number.POSITIVE_INFINITY } = options;
  const indent = "  ";
  const { head, lines } = layOut(
    heads,
    groups.flatMap(({ rows }) => rows),
    { ...options, most: most - indent.length },
  );
  const left = [...lines];
  const parts = groups.flatMap(({ title, rows }) => [
    ...titleLines(title, paint, most),
    ...left.splice(0, rows.length).map((line) => line.replace(/^/gm, indent)),
  ]);
  return `${[`${indent}${head}`, ...parts].join("\n")}\n`;
}

/** Only the first cell is coloured. */
function titleLines(title: readonly Cell[], paint: Paint, most: number): string[] {
  const [first, ...rest] = title.map(asObject);
  if (!first) return [];
  const text = [first, ...rest].map((cell) => cell.text).join("");
  const lines = wrapped(text, most, "    ");
  const { tone } = first;
  // coloured after wrapping: escape codes have no width
  return lines.map((line, at) =>
    at === 0 && tone !== undefined && line.startsWith(first.text)
      ? `${paint(tone, first.text)}${line.slice(first.text.length)}`
      : line,
  );
}

/** Columns are never cut below this width. */
const least = 8;

function layOut(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  { paint = plain, most = Number.POSITIVE_INFINITY, cuts = [] }: TableOptions,
): { head: string; lines: string[] } {
  const cells = rows.map((row) => row.map(asObject));
  const widths = heads.map((head, at) =>
    Math.max(widthOf(head), ...cells.map((row) => widthOf(row[at]?.text ?? ""))),
  );
  const total = () => widths.reduce((sum, one) => sum + one, 2 * (widths.length - 1));
  const last = heads.length - 1;
  const shrink = (at: number, to: number) => {
    widths[at] = Math.max(to, Math.min(widths[at] ?? 0, (widths[at] ?? 0) - (total() - most)));
  };
  // the last column is shrunk first, since wrapping loses nothing, but not below a quarter of the line
  shrink(last, Math.max(widthOf(heads[last] ?? ""), Math.min(widths[last] ?? 0, Math.floor(most / 4))));
  while (total() > most) {
    const [widest] = heads
      .map((_, at) => at)
      .filter((at) => cuts.includes(heads[at] ?? "") && (widths[at] ?? 0) > least)
      .sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const indent = " ".repeat(widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0));
  const line = (parts: readonly { text: string; tone?: Tone }[]) => {
    const [lastLine = "", ...more] = wrapped(parts[last]?.text ?? "", widths[last] ?? 0);
    const shown = parts.map(({ text, tone }, at) => {
      const cut = at === last ? lastLine : shortened(text, widths[at] ?? 0);
      const padding = at === last ? "" : " ".repeat((widths[at] ?? 0) - widthOf(cut));
      // the padding is not coloured: a terminal would colour the gap
      return `${tone ? paint(tone, cut) : cut}${padding}`;
    });
    return [shown.join("  ").trimEnd(), ...more.map((text) => `${indent}${text}`)].join("\n");
  };
  return { head: line(heads.map((text) => ({ text, tone: "heading" as const }))), lines: cells.map(line) };
}

function asObject(cell: Cell): { text: string; tone?: Tone } {
  return typeof cell === "string" ? { text: printed(cell) } : { ...cell, text: printed(cell.text) };
}
