import { styleText } from "node:util";
import { type Paint, plain, type Tone } from "../report/Paint.js";
import type { TextOptions } from "../report/statusReport.js";
import type { OutputFormat } from "./GlobalOptions.js";
import type { Io } from "./Io.js";

const styles: Record<Tone, Parameters<typeof styleText>[0]> = {
  good: "green",
  bad: "red",
  warning: "yellow",
  quiet: "dim",
  strong: "bold",
  heading: "bold",
};

/** Colours at a terminal. As usual, NO_COLOR turns them off and FORCE_COLOR on. */
export function terminalPaint({ isTerminal, env }: Pick<Io, "isTerminal" | "env">): Paint {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0";
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== "";
  const wanted = forced || (isTerminal && !refused && env.TERM !== "dumb");
  return wanted ? (tone, text) => styleText(styles[tone], text, { validateStream: false }) : plain;
}

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
