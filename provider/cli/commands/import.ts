import { importedSettings } from "../../mesh/importedSettings.js";
import { readInventory } from "../../mesh/readInventory.js";
import { importedFile } from "../../report/importReport.js";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import { formatted } from "../formatted.js";
import { connectTo, type GlobalOptions, type OutputFormat } from "../GlobalOptions.js";
import type { Io } from "../Io.js";

export const importFormats = ["yaml", "json"] as const;

/** Prints a settings.yaml made from the cluster's Alibaba Cloud Service Mesh objects, ProxyConfig objects and common annotations. */
export async function importSettings(
  io: Io,
  options: GlobalOptions & { output: OutputFormat },
): Promise<ExitCode> {
  const api = await connectTo(io, options);
  const imported = importedSettings(await readInventory(api, options));
  io.out(formatted(options.output, imported, { yaml: () => importedFile(imported, api.server) }));
  return exitCodes.done;
}
