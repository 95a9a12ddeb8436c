import { comparePlatform } from "../../mesh/comparePlatform.js";
import { diffMarkdown, diffText, isDifferent } from "../../report/diffReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { formatted } from "../formatted.js";
import { connectTo, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { readSettingsFile } from "../readText.js";
import { textOptions } from "../terminalPaint.js";

export const diffFormats = ["table", "wide", "json", "yaml", "markdown"] as const;

/** Compares a settings file with the cluster: which settings change for whom, and which workloads would restart. */
export async function diff(
  io: Io,
  file: string,
  options: GlobalOptions & { output: OutputFormat; exitCode?: boolean },
): Promise<ExitCode> {
  const platform = await readSettingsFile(io, file);
  const api = await connectTo(io, options);
  const found = await comparePlatform(api, platform, file, io.now(), options.namespace);
  io.out(
    formatted(options.output, found, {
      table: () => diffText(found, textOptions(io, options.output)),
      markdown: () => diffMarkdown(found),
    }),
  );
  return options.exitCode && isDifferent(found) ? exitCodes.found : exitCodes.done;
}
