import { type Paint, plain, type Tone } from "./Paint.js";
import { printed } from "./printed.js";

/** One cell: its text, and what it means where that shows in colour. */
export type Cell = string | { text: string; tone: Tone };

/** Columns of equal width, two spaces apart, as kubectl prints tables; the last one is cut where a line would be wider than `most`. */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint = plain,
  most = Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => row.map((cell) => ({ tone: undefined, ...asObject(cell) })));
  const widths = heads.map((head, at) =>
    Math.max(width(head), ...cells.map((row) => width(row[at]?.text ?? ""))),
  );
  const others = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0);
  // a column too narrow to read is no help
  const lastWidth = Math.max(most - others, 20);
  const line = (parts: readonly { text: string; tone: Tone | undefined }[]) =>
    parts
      .map(({ text: whole, tone }, at) => {
        const isLast = at === parts.length - 1;
        const text = isLast ? cut(whole, lastWidth) : whole;
        const padding = isLast ? "" : " ".repeat((widths[at] ?? 0) - width(text));
        // painted without its padding: a terminal would colour the gap as well
        return `${tone ? paint(tone, text) : text}${padding}`;
      })
      .join("  ")
      .trimEnd();
  const head = line(heads.map((text) => ({ text, tone: "heading" as const })));
  return `${[head, ...cells.map(line)].join("\n")}\n`;
}

function asObject(cell: Cell): { text: string; tone?: Tone } {
  return typeof cell === "string" ? { text: printed(cell) } : { ...cell, text: printed(cell.text) };
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

// by characters; names in Kubernetes are ASCII, values seldom are not
function width(text: string): number {
  return [...text].length;
}
