import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";

/** Where programs have this package from. */
export const packages = { "istio-sidecar": join(__dirname, "../../plugin") };

/** How YAML programs name a value. */
export const reference = (path: string) => `\${${path}}`;

/** A program below a folder; returns its own. */
export async function writeProgram(
  folder: string,
  name: string,
  manifest: object,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const cwd = join(folder, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, "Pulumi.yaml"), stringify({ name, packages, ...manifest }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(cwd, file), text);
  return cwd;
}

/** A program in YAML of one component, `shop`: a namespace's settings. */
export function yamlProgram(folder: string, name: string, properties: object): Promise<string> {
  const shop = { type: "istio-sidecar:NamespaceSidecarSettings", properties };
  return writeProgram(folder, name, { runtime: "yaml", resources: { shop } });
}
