import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { copyProgram } from "./copyProgram";
import { javaSdkGenerator } from "./toolchain";

const plugin = join(__dirname, "../../plugin");

/** A copy of a Java program in `folder`, with this package's SDK, as `pulumi package add` leaves it. */
export async function javaProgram(from: string, folder: string): Promise<string> {
  await copyProgram(from, folder);
  const manifest = join(folder, "Pulumi.yaml");
  const project = parse(await readFile(manifest, "utf8")) as object;
  await writeFile(manifest, stringify({ ...project, packages: { "istio-sidecar": plugin } }));
  const sdk = join(folder, "sdks/istio-sidecar");
  await promisify(execFile)(await javaSdkGenerator(), ["java", join(plugin, "schema.json"), sdk]);
  return folder;
}
