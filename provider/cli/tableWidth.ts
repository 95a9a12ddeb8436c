import type { OutputFormat } from "./GlobalOptions.js";
import type { Io } from "./Io.js";

/** How wide tables may be: as the terminal, unless all was asked for; as wide as they are where no terminal is. */
export function tableWidth({ isTerminal, columns }: Io, output: OutputFormat): number {
  return output === "wide" || !isTerminal || columns === undefined ? Number.POSITIVE_INFINITY : columns;
}
