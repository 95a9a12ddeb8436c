import { stringify } from "yaml";
import { diagnose } from "../../mesh/diagnose.js";
import { doctorMarkdown, doctorText, isWell } from "../../report/doctorReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { connectAs, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { terminalPaint } from "../terminalPaint.js";

export const doctorFormats = ["table", "json", "yaml", "markdown"] as const;

/** Whether settings can reach pods, and what is in their way. */
export async function doctor(io: Io, options: GlobalOptions & { output: OutputFormat }): Promise<ExitCode> {
  const findings = await diagnose(await connectAs(io, options), options);
  switch (options.output) {
    case "json":
      io.out(`${JSON.stringify(findings, undefined, 2)}\n`);
      break;
    case "yaml":
      io.out(stringify(findings, { lineWidth: 0 }));
      break;
    case "markdown":
      io.out(doctorMarkdown(findings));
      break;
    default:
      io.out(doctorText(findings, terminalPaint(io)));
  }
  return isWell(findings) ? exitCodes.done : exitCodes.found;
}
