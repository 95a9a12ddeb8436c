import { stringify } from "yaml";
import type { OutputFormat } from "./GlobalOptions.js";

/** What a command found, in the format that was asked for; `texts` are the formats that it writes itself. */
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
