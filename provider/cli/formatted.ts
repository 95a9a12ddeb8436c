import { stringify } from "yaml";
import type { OutputFormat } from "./GlobalOptions.js";

/** Formats a command's result. `texts`: the formats that the command renders itself. */
export function formatted(
  output: OutputFormat,
  found: unknown,
  texts: { table: () => string } & Partial<Record<"markdown" | "html", () => string>>,
): string {
  if (output === "json") return `${JSON.stringify(found, undefined, 2)}\n`;
  if (output === "yaml") return stringify(found, { aliasDuplicateObjects: false, lineWidth: 0 });
  if (output === "table" || output === "wide") return texts.table();
  return (texts[output] ?? texts.table)();
}
