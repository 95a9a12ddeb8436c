import { stringify } from "yaml";
import type { OutputFormat } from "./GlobalOptions.js";

/** Formats a command's result. `texts`: the formats that the command renders itself; the others are JSON and YAML. */
export function formatted(
  output: OutputFormat,
  found: unknown,
  texts: Partial<Record<OutputFormat, () => string>>,
): string {
  const text = texts[output === "wide" ? "table" : output];
  if (text) return text();
  return output === "yaml"
    ? stringify(found, { aliasDuplicateObjects: false, lineWidth: 0 })
    : `${JSON.stringify(found, undefined, 2)}\n`;
}
