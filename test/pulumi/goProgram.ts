import { execFile } from "node:child_process";
import { cp, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { sdkGenerator } from "./toolchain";

const root = join(__dirname, "../..");

/** A copy of a Go program in `folder`, with this package's SDK where its go.mod looks for it, as `pulumi package add` leaves it. */
export async function goProgram(from: string, folder: string): Promise<string> {
  await cp(from, folder, { recursive: true });
  const manifest = join(folder, "Pulumi.yaml");
  const project = parse(await readFile(manifest, "utf8")) as object;
  const packages = { "istio-sidecar": join(root, "plugin") };
  await writeFile(manifest, stringify({ ...project, packages }));
  const sdk = join(folder, "sdks/istio-sidecar");
  const generated = join(folder, "sdks/generated");
  await promisify(execFile)(await sdkGenerator(), ["go", join(root, "plugin/schema.json"), generated]);
  await rename(join(generated, "istiosidecar"), sdk);
  const own = await readFile(join(folder, "go.mod"), "utf8");
  const [, name] = /^replace (\S+) => /m.exec(own) ?? [];
  const [pulumi] = /github\.com\/pulumi\/pulumi\/sdk\/v3 v\S+/.exec(own) ?? [];
  const [go] = /^go \S+/m.exec(own) ?? [];
  await writeFile(join(sdk, "go.mod"), `module ${name}\n\n${go}\n\nrequire ${pulumi}\n`);
  return folder;
}
