import type { TextOptions } from "../report/statusReport.js";
import type { OutputFormat } from "./GlobalOptions.js";
import type { Io } from "./Io.js";
import { terminalPaint } from "./terminalPaint.js";

/** Options for text output: as wide as COLUMNS or the terminal, or unlimited for `wide` and without a terminal. */
export function textOptions(io: Io, output: OutputFormat): TextOptions {
  const each = output === "wide";
  const width = Number(io.env.COLUMNS) || (io.isTerminal ? io.columns : undefined);
  return {
    paint: terminalPaint(io),
    each,
    ...(each || width === undefined ? {} : { width }),
  };
}
