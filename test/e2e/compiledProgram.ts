import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { transform } from "esbuild";
import { parse, stringify } from "yaml";

const program = join(__dirname, "program");

/**
 * A folder with the program that most tests run, compiled to JavaScript: compiling it at each operation, as Pulumi does, takes half a second
 * of CPU. The examples, the documents' programs and the platform run as TypeScript.
 */
export async function compiledProgram(): Promise<string> {
  const folder = join(program, "dist");
  await mkdir(folder, { recursive: true });
  const source = await readFile(join(program, "index.ts"), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "cjs", sourcemap: "inline" });
  await replace(join(folder, "index.js"), code);
  const manifest = parse(await readFile(join(program, "Pulumi.yaml"), "utf8"));
  const runtime = { name: "nodejs", options: { typescript: false } };
  await replace(join(folder, "Pulumi.yaml"), stringify({ ...manifest, runtime }));
  return folder;
}

/** At once: another test file may be running what is there. */
async function replace(file: string, text: string): Promise<void> {
  const own = `${file}.${process.pid}`;
  await writeFile(own, text);
  await rename(own, file);
}
