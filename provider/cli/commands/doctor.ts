import { diagnose } from "../../mesh/diagnose.js";
import { readStackState } from "../../mesh/readStackState.js";
import { doctorMarkdown, doctorText, isWell } from "../../report/doctorReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { formatted } from "../formatted.js";
import { connectTo, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { inputName, readText } from "../readText.js";
import { terminalPaint } from "../terminalPaint.js";

export const doctorFormats = ["table", "json", "yaml", "markdown"] as const;

/** Checks whether settings can reach pods, and what prevents it. */
export async function doctor(
  io: Io,
  options: GlobalOptions & { output: OutputFormat; state?: string },
): Promise<ExitCode> {
  const { state: path } = options;
  const state = path === undefined ? undefined : readStackState(await readText(io, path), inputName(path));
  const findings = await diagnose(await connectTo(io, options), options, state);
  io.out(
    formatted(options.output, findings, {
      table: () => doctorText(findings, terminalPaint(io)),
      markdown: () => doctorMarkdown(findings),
    }),
  );
  return isWell(findings) ? exitCodes.done : exitCodes.found;
}
