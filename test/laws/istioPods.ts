import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { PodTemplate } from "../../provider/cluster/podTemplate";
import { valueAt } from "../../provider/data/valueAt";
import { istioTestdata } from "../cluster/cluster";
import { wantedRelease } from "../cluster/istioRelease";

export interface IstioPod {
  /** File and position, such as `list.yaml#2`. */
  name: string;
  template: PodTemplate;
}

const templatePaths = [
  ["spec", "template"],
  ["spec", "jobTemplate", "spec", "template"],
];

/** How many there are: fewer, and something was not read. */
export const podsOfTests = { "1.18": 79, "1.24": 87 }[wantedRelease()?.name ?? ""] ?? 101;

/** Every pod template of Istio's own injection tests. */
export async function istioPods(): Promise<IstioPod[]> {
  const folder = await istioTestdata();
  const files = (await readdir(folder))
    .filter((file) => file.endsWith(".yaml") && !file.endsWith(".iop.yaml"))
    .sort();
  const pods: IstioPod[] = [];
  for (const file of files) {
    const objects = parseAllDocuments(await readFile(join(folder, file), "utf8")).flatMap((document) =>
      itemsOf(document.toJS()),
    );
    objects.forEach((object, index) => {
      const template = templateOf(object);
      if (template) pods.push({ name: objects.length === 1 ? file : `${file}#${index + 1}`, template });
    });
  }
  return pods;
}

function itemsOf(object: unknown): unknown[] {
  const items = valueAt(object, ["items"]);
  return Array.isArray(items) ? items : [object];
}

function templateOf(object: unknown): PodTemplate | undefined {
  if (valueAt(object, ["kind"]) === "Pod") return object as PodTemplate;
  const found = templatePaths
    .map((path) => valueAt(object, path))
    .find((template) => valueAt(template, ["spec", "containers"]));
  return found as PodTemplate | undefined;
}
