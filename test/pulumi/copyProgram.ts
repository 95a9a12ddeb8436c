import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";

/** Copies a program as it is before `pulumi package add`. */
export async function copyProgram(from: string, folder: string): Promise<void> {
  const left = /\/(sdks|venv|node_modules|target|\.state)(\/|$)/;
  await cp(from, folder, { recursive: true, filter: (path) => !left.test(path.slice(from.length)) });
  const manifest = join(folder, "Pulumi.yaml");
  const { packages: _, ...project } = parse(await readFile(manifest, "utf8")) as Record<string, unknown>;
  await writeFile(manifest, stringify(project));
}
