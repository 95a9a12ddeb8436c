import { join } from "node:path";
import { addPackage } from "./addPackage";
import { copyProgram } from "./copyProgram";

const plugin = join(__dirname, "../../plugin");

/** A copy of a Go program in `folder`, with this package's SDK. */
export async function goProgram(from: string, folder: string): Promise<string> {
  await copyProgram(from, folder);
  await addPackage(plugin, { cwd: folder, stack: "sdk", state: `${folder}-sdk`, language: "go" });
  return folder;
}
