import type { ProgramOptions } from "./ProgramOptions";
import { pulumi } from "./pulumi";
import { languageHostsWithSdks } from "./toolchain";

/** `pulumi package add`: of a plugin's folder, or by the name of a plugin that is installed. Returns options for operations with its SDK. */
export async function addPackage(source: string, options: ProgramOptions): Promise<ProgramOptions> {
  const path = [await languageHostsWithSdks(), ...(options.path ?? [])];
  const { code, text } = await pulumi.command(["package", "add", source], { ...options, path });
  if (code !== 0) throw new Error(text);
  return { ...options, path };
}
