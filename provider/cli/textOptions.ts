import type { TextOptions } from "../report/statusReport.js";
import type { OutputFormat } from "./GlobalOptions.js";
import type { Io } from "./Io.js";
import { terminalPaint } from "./terminalPaint.js";

/** How texts are shown: as wide as the terminal or as COLUMNS says, unless all was asked for; else as wide as they are. */
export function textOptions(io: Io, output: OutputFormat): TextOptions {
  const each = output === "wide";
  const width = Number(io.env.COLUMNS) || (io.isTerminal ? io.columns : undefined);
  return {
    paint: terminalPaint(io),
    each,
    ...(each || width === undefined ? {} : { width }),
  };
}
