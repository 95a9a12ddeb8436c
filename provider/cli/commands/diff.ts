import { stringify } from "yaml";
import { comparePlatform } from "../../mesh/comparePlatform.js";
import { diffMarkdown, diffText, isDifferent } from "../../report/diffReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { connectAs, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";
import { readSettingsFile } from "../readSettingsFile.js";
import { terminalPaint } from "../terminalPaint.js";

export const diffFormats = ["table", "json", "yaml", "markdown"] as const;

/** A settings file against the cluster: which settings change for whom, and which workloads would restart. */
export async function diff(
  io: Io,
  file: string,
  options: GlobalOptions & { output: OutputFormat; exitCode?: boolean },
): Promise<ExitCode> {
  const platform = await readSettingsFile(io, file);
  const api = await connectAs(io, options);
  const found = await comparePlatform(api, platform, file, io.now(), options.namespace);
  switch (options.output) {
    case "json":
      io.out(`${JSON.stringify(found, undefined, 2)}\n`);
      break;
    case "yaml":
      io.out(stringify(found, { aliasDuplicateObjects: false, lineWidth: 0 }));
      break;
    case "markdown":
      io.out(diffMarkdown(found));
      break;
    default:
      io.out(diffText(found, terminalPaint(io)));
  }
  return options.exitCode && isDifferent(found) ? exitCodes.found : exitCodes.done;
}
