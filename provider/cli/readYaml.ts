import { isRecord } from "../data/isRecord.js";
import { shown } from "../data/problem.js";
import { contentOf, yamlText } from "../data/yamlText.js";
import type { Io } from "./Io.js";
import { readText } from "./readText.js";

/** The map in a YAML or JSON file, empty for an empty file; an error names the file and the place. */
export async function readYaml(io: Io, path: string): Promise<Readonly<Record<string, unknown>>> {
  const read = contentOf(yamlText(await readText(io, path)));
  if ("errors" in read) {
    const [{ message, line, column }] = read.errors;
    throw new Error(`${path}:${line}:${column}: not YAML: ${message}`);
  }
  const content = read.content ?? {};
  if (!isRecord(content))
    throw new Error(`${path}: expected a map, got ${shown(content)}. Name another file.`);
  return content;
}
