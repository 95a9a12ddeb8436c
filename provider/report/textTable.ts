import { type Paint, plain, type Tone } from "./Paint.js";
import { printed } from "./printed.js";

/** One cell: its text, and what it means where that shows in colour. */
export type Cell = string | { text: string; tone: Tone };

/** Columns of equal width, two spaces apart, the last one as long as it is; as kubectl prints tables. */
export function textTable(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint = plain,
): string {
  const cells = rows.map((row) => row.map((cell) => ({ tone: undefined, ...asObject(cell) })));
  const widths = heads.map((head, at) =>
    Math.max(width(head), ...cells.map((row) => width(row[at]?.text ?? ""))),
  );
  const line = (parts: readonly { text: string; tone: Tone | undefined }[]) =>
    parts
      .map(({ text, tone }, at) => {
        const padding = at === parts.length - 1 ? "" : " ".repeat((widths[at] ?? 0) - width(text));
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

// by characters; names in Kubernetes are ASCII, values seldom are not
function width(text: string): number {
  return [...text].length;
}
